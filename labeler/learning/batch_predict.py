"""A trained model over a whole pool, a chunk at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.features.base import FeaturePipeline
from labeler.learning.numeric.parallel import Over, in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import Views
from labeler.learning.semi_supervised.reference_set import LabelPrototypes
from labeler.learning.trained_model import TrainedModel

CHUNK_ROWS = 10_000


@dataclass(frozen=True)
class Part:
    """Some items of a pool, one after the other: raw rows of their features, and their rows of the pool's map and
    flow for a model that learned from its pool."""

    rows: csr_matrix
    vectors: Array | None = None
    smooth: Array | None = None
    flow: Array | None = None


@dataclass(frozen=True)
class BatchPredictor:
    """What scoring needs of a model: less than the model, so that it travels light."""

    pipeline: FeaturePipeline
    estimator: Any
    words: LabelPrototypes | None = None
    is_transformed: bool = False
    """Whether the rows of the parts are features already."""

    @classmethod
    def of(cls, model: TrainedModel, is_transformed: bool = False) -> "BatchPredictor":
        """Of a trained model."""
        words = None if model.reference_set is None else model.reference_set.words
        return cls(model.pipeline, model.estimator, words, is_transformed)

    def __call__(self, part: Part) -> Array:
        """Probabilities of a part's items, float32 (items, classes)."""
        features = part.rows if self.is_transformed else self.pipeline.transform(part.rows)
        return self.score(features, part.vectors, part.smooth, part.flow)

    def score(self, features: Any, vectors: Array | None, smooth: Array | None, flow: Array | None) -> Array:
        """Probabilities of items by their features, float32 (items, classes); the others as in `Part`."""
        if vectors is None or smooth is None:
            return np.asarray(self.estimator.predict_proba(features), dtype=np.float32)
        prior = None if self.words is None else self.words.prior(vectors)
        views = Views(features, vectors, smooth, flow, prior, self.pipeline.cells(features))
        return np.asarray(self.estimator.predict_proba(views), dtype=np.float32)


def predict_blocks(
    predictor: BatchPredictor,
    blocks: Iterable[Any],
    classes: int,
    chunk_rows: int = CHUNK_ROWS,
    over: Over = in_threads,
) -> Array:
    """Probabilities of every item of blocks of rows, float32 (items, classes), in the blocks' order.

    Memory: the answer, and the features of a few chunks. Blocks may be memory-mapped and come from a generator.
    over: who works on the chunks; the answer does not depend on it.
    """
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}, expected 1 or more")
    parts = (Part(rows) for block in blocks for rows in chunks_of(block, chunk_rows))
    none = np.zeros((0, classes), dtype=np.float32)
    return np.concatenate([none, *over(predictor, parts)])


def chunks_of(block: csr_matrix, chunk_rows: int = CHUNK_ROWS) -> Iterator[csr_matrix]:
    """A block's rows, so many at a time, as views."""
    for start in range(0, block.shape[0], chunk_rows):
        yield rows_of(block, start, start + chunk_rows)


def between(blocks: Iterable[csr_matrix], first: int, stop: int, chunk_rows: int = CHUNK_ROWS) -> Iterator[csr_matrix]:
    """The rows [first, stop) of blocks that follow each other, so many at a time, as views."""
    start = 0
    for block in blocks:
        inside = slice(max(first - start, 0), min(stop - start, block.shape[0]))
        if inside.start < inside.stop:
            yield from chunks_of(rows_of(block, inside.start, inside.stop), chunk_rows)
        start += block.shape[0]


def rows_of(block: csr_matrix, start: int, stop: int) -> csr_matrix:
    """Rows [start, stop) of a block as views: scipy's slicing copies, and reads a memory map whole."""
    stop = min(stop, block.shape[0])
    if not hasattr(block, "indptr"):
        return block[start:stop]
    if start == 0 and stop == block.shape[0]:
        return block
    first, last = int(block.indptr[start]), int(block.indptr[stop])
    part = csr_matrix((stop - start, block.shape[1]), dtype=block.dtype)
    part.data, part.indices = block.data[first:last], block.indices[first:last]
    part.indptr = np.asarray(block.indptr[start : stop + 1]) - block.indptr[start]
    return part
