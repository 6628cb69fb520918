"""A dataset version's items as the loop sees them (`learning/loop.PoolData`): features and graph on disk."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from scipy.sparse import csr_matrix

from labeler.learning.features.base import FeaturePipeline
from labeler.learning.fitting import UnlabeledData
from labeler.learning.numeric.parallel import Over
from labeler.learning.numeric.types import Array
from labeler.training.pool.dask import over_cluster
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import Representation


class StoredPool:
    """data: the version's items; pipeline: fitted to them; blocks: their raw features; representation: how they are
    seen beside that, None for features alone."""

    is_transformed = False

    def __init__(
        self,
        data: TrainingData,
        pipeline: FeaturePipeline,
        blocks: Sequence[csr_matrix],
        representation: Representation | None,
    ) -> None:
        self.data = data
        self.pipeline = pipeline
        self.representation = representation
        self.unlabeled: UnlabeledData | None = None if representation is None else representation.pooling
        self.part: Array | None = None if representation is None else representation.places
        self.over: Over = partial(over_cluster, data.scheduler)
        self._blocks = blocks

    def __len__(self) -> int:
        return len(self.data.items)

    def rows(self, positions: Array) -> Any:
        if not len(positions):
            return self.pipeline.transform(self._blocks[0][:0])
        return self.data.rows(self.pipeline, self._blocks, positions)

    def blocks(self) -> Iterable[csr_matrix]:
        return self._blocks

    def inside(self, positions: Array) -> Array:
        return positions if self.representation is None else self.representation.inside(positions)
