"""A part of a pool as a pool of its own: its features and vectors are kept, its map is of these items alone."""

from dataclasses import dataclass, replace
from typing import Any

from labeler.learning.features.base import FeaturePipeline
from labeler.learning.fitting import UnlabeledData
from labeler.learning.loop import PoolData
from labeler.learning.numeric.parallel import Over, in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import graph_of


@dataclass(frozen=True)
class LabeledPool:
    """A `loop.PoolData` in memory. features: (items, columns), transformed; unlabeled: None for features alone."""

    pipeline: FeaturePipeline
    features: Any
    unlabeled: UnlabeledData | None
    part: Array | None = None
    over: Over = in_threads
    is_transformed: bool = True

    @classmethod
    def of(cls, pool: PoolData, places: Array) -> "LabeledPool":
        """The items at these rising places, which, where the pool is represented in part, must be inside it.

        What it costs to learn from the pool then depends on these items, not on the size of the pool.
        """
        features, seen = pool.rows(places), pool.unlabeled
        if seen is None:
            return cls(pool.pipeline, features, None)
        graph = graph_of(seen.graph.vectors[pool.inside(places)])
        own = replace(seen, graph=graph, affinity=graph.affinity())
        return cls(
            pool.pipeline, features, own if seen.features is None else replace(own, features=features.__getitem__)
        )

    def __len__(self) -> int:
        return int(self.features.shape[0])

    def rows(self, positions: Array) -> Any:
        return self.features[positions]

    def blocks(self) -> list[Any]:
        return [self.features]

    def inside(self, positions: Array) -> Array:
        return positions
