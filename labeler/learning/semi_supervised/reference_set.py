"""Items from outside the pool, seen as the pool's own are: by the items they are nearest to."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from labeler.contents import Content
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.features.encoder import Encoder, encoder_of
from labeler.learning.features.projection import Projection, joined
from labeler.learning.features.text import text_of
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import Views
from labeler.learning.semi_supervised.label_descriptions import log_prior, similarity
from labeler.learning.semi_supervised.label_spreading import NeighborGraph, averaged, unit
from labeler.learning.semi_supervised.neighbors import NEIGHBORS, nearest

KEPT = 20_000
"""Items of the pool that a model file keeps, to find a new item's neighbors among."""


@dataclass(frozen=True)
class LabelPrototypes:
    """What was written about each class: float32 (classes, d), and the pool's mean cosine with each. independent:
    whether an item may have several classes, so that one says nothing against another."""

    toward: Array
    center: Array
    independent: bool = False

    def prior(self, vectors: Array) -> Array:
        """Log probabilities, float32 (items, classes), of independent classes logits; vectors: as the pool's, see
        NeighborGraph."""
        near = meanings(vectors, self.toward.shape[1])
        return (similarity if self.independent else log_prior)(near, self.toward, self.center)


def meanings(vectors: Array, dimensions: int) -> Array:
    """The sentence vectors within the pool's vectors, of length 1."""
    return unit(vectors[:, :dimensions])


@dataclass(frozen=True)
class ReferenceSet:
    """The part of a pool that a model keeps.

    encoder: SHA-256 of the sentence encoder, or None when `projection` alone makes the vectors. vectors, once:
    float16 (kept, d), see NeighborGraph; flow: float32 (kept, classes); words: None when nothing was written;
    center: what is taken off sentence vectors, None without them and in models of earlier versions.
    """

    encoder: str | None
    projection: Projection
    vectors: Array
    once: Array
    flow: Array
    words: LabelPrototypes | None
    center: Array | None = None

    @classmethod
    def of(
        cls,
        graph: NeighborGraph,
        flow: Array,
        *,
        encoder: Encoder | None,
        projection: Projection,
        words: LabelPrototypes | None,
        center: Array | None,
        seed: int,
    ) -> "ReferenceSet":
        """Of a pool's map and what the labels sent to its items: of large pools a random part."""
        kept = np.arange(len(graph))
        if len(kept) > KEPT:
            kept = np.sort(np.random.default_rng(seed).choice(len(kept), KEPT, replace=False))
        vectors, once = graph.vectors[kept].astype(np.float16), graph.once[kept].astype(np.float16)
        sha256 = None if encoder is None else encoder.sha256
        return cls(sha256, projection, vectors, once, flow[kept], words, center)

    def vectors_of(self, contents: list[Content], features: Any, pipeline: FeaturePipeline) -> Array:
        """Vectors of new items, float32 (items, d). Raises EncoderMissing when the encoder is not here."""
        words = self.projection.transform(pipeline.similarity(features))
        if self.encoder is None:
            return words
        return joined(encoder_of(self.encoder).encode([text_of(content) for content in contents]), words, self.center)

    def views(self, vectors: Array, features: Any, cells: Array | None = None) -> Views:
        """What the teachers see of new items."""
        pool, once = self._wide
        near, _ = nearest(vectors, pool, min(NEIGHBORS, len(pool)))
        first = averaged(vectors, pool, near)
        smooth = averaged(first, once, near)
        prior = None if self.words is None else self.words.prior(vectors)
        flow = self.flow[near].mean(axis=1) if near.shape[1] else np.zeros((len(vectors), self.flow.shape[1]))
        return Views(features, vectors, smooth, flow, prior, cells)

    @cached_property
    def _wide(self) -> tuple[Array, Array]:
        """vectors and once as float32, made once: of 20,000 items that takes longer than a sentence vector."""
        return self.vectors.astype(np.float32), self.once.astype(np.float32)

    def state(self) -> dict[str, Any]:
        """Arrays, for storing without pickle."""
        return {
            "encoder": self.encoder,
            "projection": self.projection.basis.astype(np.float16),
            "vectors": self.vectors,
            "once": self.once,
            "flow": self.flow,
            "words": None if self.words is None else dict(vars(self.words)),
            "center": self.center,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> "ReferenceSet":
        """What `state` gave."""
        words = state["words"]
        return cls(
            state["encoder"],
            Projection(state["projection"].astype(np.float32)),
            state["vectors"],
            state["once"],
            state["flow"],
            None if words is None else LabelPrototypes(**words),
            state.get("center"),
        )
