"""What items are compared by, so that a failure mode stays where it is when models and pool change.

Sentence vectors depend on the encoder alone, whose hash is kept. Features of words and fields depend on how frequent
each is: they are fitted to the dataset version in which the failure mode was found, which never changes, and not to
what was added since. Why: docs/decisions/0041-failure-modes.md
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.learning.errors import LearningError
from labeler.learning.failure_modes import Center, unit
from labeler.learning.features.centering import centered
from labeler.learning.features.encoder import encoder_of
from labeler.learning.features.pipeline import pipeline_from_config
from labeler.learning.numeric.types import Array
from labeler.registry.encoders import encoder_for, why_without
from labeler.training.pool.data import TrainingData, data_of
from labeler.training.pool.embedding_store import EmbeddingStore

PART = 20_000
MOST_POOL = 1_000_000
"""Items of the pool that are compared, those that are there longest."""
NEARLY_ALL = 0.9
"""Of the items, as many must have a sentence vector for these to be compared."""


class Space(Protocol):
    """config: what makes it again."""

    @property
    def config(self) -> dict[str, Any]: ...

    def rows(self, positions: Array) -> Any:
        """Of these items, whose positions rise: rows of length 1, or 0 where there is nothing to compare."""


@dataclass(frozen=True)
class Sentences:
    store: EmbeddingStore
    read: Array
    center: Array
    config: dict[str, Any]

    def rows(self, positions: Array) -> Any:
        vectors = self.store.load(positions).astype(np.float32)
        if self.center.ndim == 1:
            vectors -= self.center
        else:
            vectors = centered(vectors, self.center)
        vectors[~self.read[positions]] = 0
        return unit(vectors)


@dataclass(frozen=True)
class Words:
    data: TrainingData
    pipeline: Any
    blocks: Sequence[Any]
    config: dict[str, Any]

    def rows(self, positions: Array) -> Any:
        return unit(self.pipeline.similarity(self.data.rows(self.pipeline, self.blocks, positions)))


def space_of(settings: Settings, data: TrainingData, version: int, judged: Array) -> Space:
    """What a look compares items by. version: the number of the data's dataset version; judged: positions of the items
    that it looks at."""
    encoder = None if why_without(settings) else encoder_for(settings)
    if encoder is not None:
        store = EmbeddingStore(data.cache, encoder)
        read = store.read(len(data.items))
        if read.mean() >= NEARLY_ALL and read[judged].any():
            known = judged[read[judged]][:PART]
            mean = store.load(known).mean(axis=0)
            center = np.round(mean if encoder.views == 1 else mean.reshape(encoder.views, -1), 6).astype(np.float32)
            config = {"kind": "sentences", "sha256": encoder.sha256, "center": center.tolist()}
            return Sentences(store, read, center, config)
    pipeline = data.choose_pipeline()
    blocks = data.blocks(pipeline)
    pipeline.fit(blocks)
    config = {"kind": "words", "version": version, "pipeline": pipeline.config(), "key": pipeline.key()}
    return Words(data, pipeline, blocks, config)


def space_again(
    db: Database, settings: Settings, project_id: int, data: TrainingData, config: dict[str, Any]
) -> Space | None:
    """The space of a look before, for the items of now; None: it can't be made any more."""
    if config["kind"] == "sentences":
        try:
            encoder_for(settings)
            encoder = encoder_of(config["sha256"])
        except LearningError:
            return None
        store = EmbeddingStore(data.cache, encoder)
        read = store.read(len(data.items))
        return Sentences(store, read, np.array(config["center"], dtype=np.float32), config) if read.any() else None
    pipeline = pipeline_from_config(config["pipeline"])
    if pipeline.key() != config["key"]:
        return None  # another release of the service reads items otherwise
    row = db.read(find_version, project_id, config["version"])
    pipeline.fit(data_of(settings, project_id, Version(settings, project_id, row)).blocks(pipeline))
    return Words(data, pipeline, data.blocks(pipeline), config)


def regions(space: Space, n: int, centers: Sequence[Center]) -> Iterator[Array]:
    """float32 (items,): how similar each of the first n items of the pool is to each center, 0 where it is not like it.
    A part of the pool is in memory at a time."""
    near = np.zeros((len(centers), n), dtype=np.float32)
    for start in range(0, min(n, MOST_POOL), PART):
        places = np.arange(start, min(start + PART, n, MOST_POOL))
        rows = space.rows(places)
        for one, center in enumerate(centers):
            cosines = center.cosines(rows)
            near[one, places] = np.where(cosines >= center.bar, np.maximum(cosines, 0), 0)
    yield from near
