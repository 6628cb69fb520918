"""Each item's nearest others by cosine: exactly in small pools, by an index of cells in large ones.

The index is faiss's inverted file over product-quantized vectors, whose best finds are compared again by 8-bit
vectors. The same vectors give the same neighbors, also when they were added in the same steps. Why this index:
docs/decisions/0002-neighbor-index.md
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

NEIGHBORS = 10
EXACT = 20_000
"""Up to so many items neighbors are found by comparing all pairs; beyond, by an index of cells."""

CHUNK = 1_000
SEARCHED = 10_000
"""Items whose neighbors are looked for at once."""

_TRAINED_ON = 40  # vectors a cell, to place the cells
_PROBED = 24  # cells looked into for each item
_LOOKED_AT = 5  # times the wanted neighbors are compared again


def in_chunks(rows: int, size: int = CHUNK, start: int = 0) -> Iterator[slice]:
    """Slices of rows, so many at a time."""
    for first in range(start, rows, size):
        yield slice(first, min(rows, first + size))


def nearest(rows: Array, pool: Array, k: int, *, themselves: bool = False) -> tuple[Array, Array]:
    """Positions and cosines of each row's k nearest in the pool, nearest first: int32 and float32 (rows, k).

    rows, pool: float32 (n, d), rows of length 1; themselves: the rows are the pool, and none is its own neighbor.
    Exact up to EXACT items; beyond, see `Cells`.
    """
    near = np.empty((len(rows), k), dtype=np.int32)
    similarity = np.empty((len(rows), k), dtype=np.float32)
    if len(pool) > EXACT:
        cells = Cells.of(pool)
        cells.add(pool)
        for part in in_chunks(len(rows), SEARCHED):
            near[part], similarity[part] = cells.nearest(rows[part], pool, k, part.start if themselves else None)
        return near, similarity
    for part in in_chunks(len(rows)):
        cosines = rows[part] @ pool.T
        if themselves:
            own = np.arange(len(cosines))
            cosines[own, part.start + own] = -np.inf
        near[part], similarity[part] = _best(cosines, k)
    return near, similarity


def _best(cosines: Array, k: int) -> tuple[Array, Array]:
    found = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(cosines, found, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(values, order, axis=1)


class Cells:
    """An index of a large pool that grows with it: faiss's inverted file, fast-scan product quantization, refined."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def of(cls, pool: Array) -> "Cells":
        """An empty index whose cells suit this pool. pool: float32 (items, d), at least 64 items."""
        import faiss

        n, d = pool.shape
        cells = int(min(4096, max(64, np.sqrt(n))))
        kind = f"IVF{cells},PQ{d // 2 if d % 2 == 0 else d}x4fs,Refine(SQ8)"
        made: Any = faiss.index_factory(d, kind, faiss.METRIC_INNER_PRODUCT)
        inverted: Any = faiss.downcast_index(made.base_index)
        inverted.cp.seed = 0
        inverted.cp.niter = 8
        inverted.pq.cp.niter = 6
        inverted.pq.cp.max_points_per_centroid = 128
        every = max(1, n // (cells * _TRAINED_ON))
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)  # hundreds of tiny fits: with more threads they mostly wait for each other
        try:
            made.train(np.ascontiguousarray(pool[::every]))
        finally:
            faiss.omp_set_num_threads(threads)
        return cls(made)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: Array) -> None:
        """Take up more items of the pool. vectors: float32 (items, d)."""
        for part in in_chunks(len(vectors), SEARCHED):
            self._index.add(np.ascontiguousarray(vectors[part]))

    def nearest(self, rows: Array, pool: Array, k: int, own: int | None) -> tuple[Array, Array]:
        """As `nearest`, among the items taken up, which `pool` holds. own: position of the first of the rows in the
        pool when they are items of it, in its order."""
        import faiss

        inverted: Any = faiss.downcast_index(self._index.base_index)
        inverted.nprobe, self._index.k_factor = min(_PROBED, inverted.nlist), _LOOKED_AT
        _, found = self._index.search(np.ascontiguousarray(rows), k + (own is not None))
        if own is not None:
            found = _without(own + np.arange(len(rows)), found, k)
        alone = found < 0  # fewer than k items in the cells: joined with no weight to the first item
        near = np.where(alone, 0, found).astype(np.int32)
        similarity = np.empty(near.shape, dtype=np.float32)
        for part in in_chunks(len(rows)):
            similarity[part] = np.einsum("ij,ikj->ik", rows[part], pool[near[part]])
        similarity[alone] = 0
        order = np.argsort(-similarity, axis=1, kind="stable")
        return np.take_along_axis(near, order, axis=1), np.take_along_axis(similarity, order, axis=1)

    def save(self, path: Path) -> None:
        """Write the index; `load` reads it."""
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> "Cells":
        """What `save` wrote. Raises RuntimeError when there is none."""
        import faiss

        return cls(faiss.read_index(str(path)))


def _without(own: Array, found: Array, k: int) -> Array:
    """The k best columns of each row that are not the row's own item."""
    mine = found == own[:, None]
    mine[~mine.any(axis=1), -1] = True
    kept = np.argsort(mine, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(found, kept, axis=1)
