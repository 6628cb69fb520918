"""The items that a learner was given, as it sees them: features, vectors and a map, made once."""

import warnings
from dataclasses import dataclass
from typing import Any

from scipy.sparse import csr_matrix

from labeler.learning.errors import LearningError
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.features.centering import center_of
from labeler.learning.features.encoder import Encoder, use
from labeler.learning.features.encoders import make_encoder
from labeler.learning.features.installed import installed
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection, joined
from labeler.learning.features.text import TextPipeline, text_of
from labeler.learning.fitting import UnlabeledData
from labeler.learning.numeric.parallel import Over, in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import NeighborGraph, graph_of
from labeler.learning.validation import contents_of, holds_contents

SAMPLE = 1000
"""Items that tell which features suit a pool."""


@dataclass(frozen=True)
class EncodedPool:
    """A `loop.PoolData` in memory.

    pipeline: what made the features; encoder: of texts where the extra is installed; features: (items, columns),
    of every item; projection: what made the part of the map's vectors that is not the encoder's; center: what is taken
    off the encoder's part, None without one; graph: the map; affinity: its graph; descriptions: what was written about
    each label."""

    pipeline: Any
    encoder: Encoder | None
    features: Any
    projection: Projection
    center: Array | None
    graph: NeighborGraph
    affinity: csr_matrix
    descriptions: dict[str, list[str]] | None = None
    part: Array | None = None
    over: Over = in_threads
    is_transformed: bool = True

    @classmethod
    def of(cls, X: Any, features: Any, seed: int, wants: frozenset[str] = frozenset()) -> "list[EncodedPool]":
        """The items as each encoder has it that is installed: at least once.

        X: see ActiveLearner.fit; features: "auto", or a feature pipeline; wants: see `Problem.wants`.
        """
        contents, encoders = contents_of(X), list[Encoder]()
        if features != "auto":
            pipeline = features
        elif holds_contents(X):
            pipeline = pipeline_for(contents[:SAMPLE], seed, wants)
            if isinstance(pipeline, TextPipeline):
                encoders = encoders_here()
        else:
            pipeline = ArrayFeatures()
        block = pipeline.extract(contents)
        pipeline.fit([block])
        made = pipeline.transform(block)
        projection = Projection.of(_neighbor_features(pipeline, made), seed)
        words, seen = projection.transform(_neighbor_features(pipeline, made)), []
        by: list[Encoder | None] = [*encoders] or [None]
        for encoder in by:
            vectors, center = words, None
            if encoder is not None:
                sentences = _sentences(encoder, contents)
                center = center_of(sentences, encoder.views)
                vectors = joined(sentences, words, center)
            graph = graph_of(vectors)
            seen.append(cls(pipeline, encoder, made, projection, center, graph, graph.affinity()))
        return seen

    def __len__(self) -> int:
        return int(self.features.shape[0])

    def features_of(self, contents: Any) -> Any:
        """Features of other items (see `given.contents_of`), made as those of the items at hand were."""
        return self.pipeline.transform(self.pipeline.extract(contents))

    def vectors_of(self, contents: Any, features: Any) -> Array:
        """Vectors of other items, whose features are made; see NeighborGraph."""
        words = self.projection.transform(_neighbor_features(self.pipeline, features))
        if self.encoder is None:
            return words
        return joined(_sentences(self.encoder, contents), words, self.center)

    @property
    def unlabeled(self) -> UnlabeledData:
        return UnlabeledData(
            self.graph,
            self.affinity,
            self.projection,
            self.encoder,
            self.descriptions,
            center=self.center,
            features=self.features.__getitem__,
        )

    def rows(self, positions: Array) -> Any:
        return self.features[positions]

    def blocks(self) -> list[Any]:
        return [self.features]

    def inside(self, positions: Array) -> Array:
        return positions


def encoders_here() -> list[Encoder]:
    """Those that are installed, the default one first. One beside it that can't be had is left out, with a warning."""
    found = []
    for name in installed():
        try:
            found.append(use(make_encoder(name)))
        except LearningError as error:
            if not found:
                raise
            warnings.warn(f"went on without the encoder {name}: {error}", stacklevel=2)
    return found


def _sentences(encoder: Encoder, contents: Any) -> Array:
    return encoder.encode([text_of(content) for content in contents])


def _neighbor_features(pipeline: Any, features: Any) -> Any:
    return pipeline.similarity(features) if hasattr(pipeline, "similarity") else features
