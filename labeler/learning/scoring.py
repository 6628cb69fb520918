"""A trained model over a whole pool, a chunk at a time."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.trained import TrainedModel

CHUNK_ROWS = 10_000


def score_blocks(
    model: TrainedModel, blocks: Iterable[csr_matrix], chunk_rows: int = CHUNK_ROWS
) -> np.ndarray[Any, Any]:
    """Probabilities of every item of raw blocks, float32 (items, classes), in the blocks' order.

    Memory: the answer, and the features of one chunk. Blocks may be memory-mapped and come from a generator.
    """
    if chunk_rows < 1:
        raise ValueError(f"chunk_rows is {chunk_rows}, expected 1 or more")
    parts = [np.zeros((0, len(model.classes)), dtype=np.float32)]
    for block in blocks:
        parts.extend(model.predict_proba_block(rows) for rows in chunks_of(block, chunk_rows))
    return np.concatenate(parts)


def chunks_of(block: csr_matrix, chunk_rows: int = CHUNK_ROWS) -> Iterator[csr_matrix]:
    """A block's rows, so many at a time, as views."""
    for start in range(0, block.shape[0], chunk_rows):
        yield rows_of(block, start, start + chunk_rows)


def rows_of(block: csr_matrix, start: int, stop: int) -> csr_matrix:
    """Rows [start, stop) of a block as views: scipy's slicing copies, and reads a memory map whole."""
    stop = min(stop, block.shape[0])
    if start == 0 and stop == block.shape[0]:
        return block
    first, last = int(block.indptr[start]), int(block.indptr[stop])
    part = csr_matrix((stop - start, block.shape[1]), dtype=block.dtype)
    part.data, part.indices = block.data[first:last], block.indices[first:last]
    part.indptr = np.asarray(block.indptr[start : stop + 1]) - block.indptr[start]
    return part
