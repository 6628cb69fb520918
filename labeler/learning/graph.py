"""The pool as a teacher: items next to each other mostly have the same label.

A graph joins each item with its nearest neighbours by cosine. Vectors averaged over it are better features
(Wu et al. 2019, "Simplifying Graph Convolutional Networks"), and labels spread along it (Zhou et al. 2004,
"Learning with Local and Global Consistency").
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags

Array = np.ndarray[Any, Any]

NEIGHBOURS = 10
EXACT = 20_000
"""Up to so many items neighbours are found by comparing all pairs; beyond, by an index of cells."""

_CHUNK = 1_000
_TRAINED_ON = 40  # vectors a cell, to place the cells
_PROBED = 12  # cells looked into for each item
_STEPS = 20
_ALPHA = 0.9
_CELLS = 50_000_000  # numbers that flow at once: 200 MB


@dataclass(frozen=True)
class PoolMap:
    """Where the items of a pool lie, all arrays in the pool's order.

    vectors: float32 (items, d), rows of length 1; near: int32 (items, k), each item's nearest others;
    likeness: float32 (items, k), their cosines; once, smooth: float32 (items, d), vectors averaged once and
    twice with their neighbours'.
    """

    vectors: Array
    near: Array
    likeness: Array
    once: Array
    smooth: Array

    def __len__(self) -> int:
        return len(self.vectors)

    def affinity(self) -> csr_matrix:
        """Symmetric float32 (items, items), scaled so that its largest eigenvalue is 1."""
        n, k = self.near.shape
        if k == 0:
            return csr_matrix((n, n), dtype=np.float32)
        indptr = np.arange(0, n * k + 1, k)
        joined = csr_matrix((np.maximum(self.likeness, 0).ravel(), self.near.ravel(), indptr), shape=(n, n))
        joined = joined.maximum(joined.T)
        degree = np.asarray(joined.sum(axis=1)).ravel()
        scale = diags(1 / np.sqrt(np.maximum(degree, 1e-9)))
        return csr_matrix(scale @ joined @ scale).astype(np.float32)


def unit(rows: Array) -> Array:
    """Rows scaled to length 1, float32; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), dtype=np.float32)


def map_of(vectors: Array) -> PoolMap:
    """The map of a pool. vectors: float32 (items, d), rows of length 1."""
    k = min(NEIGHBOURS, len(vectors) - 1)
    if k < 1:
        none = np.zeros((len(vectors), 0))
        return PoolMap(vectors, none.astype(np.int32), none.astype(np.float32), vectors, vectors)
    near, likeness = nearest(vectors, vectors, k, themselves=True)
    once = averaged(vectors, vectors, near)
    return PoolMap(vectors, near, likeness, once, averaged(once, once, near))


def averaged(rows: Array, pool: Array, near: Array) -> Array:
    """Half each row, half the mean of its neighbours in `pool`, scaled to length 1."""
    if not near.shape[1]:
        return np.asarray(rows, dtype=np.float32)
    mixed = np.empty(rows.shape, dtype=np.float32)
    for start in range(0, len(rows), _CHUNK):
        part = slice(start, start + _CHUNK)
        mixed[part] = unit(0.5 * rows[part] + 0.5 * pool[near[part]].mean(axis=1))
    return mixed


def nearest(rows: Array, pool: Array, k: int, *, themselves: bool = False) -> tuple[Array, Array]:
    """Positions and cosines of each row's k nearest in the pool, nearest first: int32 and float32 (rows, k).

    themselves: the rows are the pool, and none is its own neighbour. Exact up to EXACT items.
    Beyond, an inverted-file index (faiss) looks into the nearest cells only; the same vectors give the same
    neighbours.
    """
    if len(pool) > EXACT:
        return _by_cells(rows, pool, k, themselves)
    near = np.empty((len(rows), k), dtype=np.int32)
    likeness = np.empty((len(rows), k), dtype=np.float32)
    for start in range(0, len(rows), _CHUNK):
        cosines = rows[start : start + _CHUNK] @ pool.T
        if themselves:
            own = np.arange(len(cosines))
            cosines[own, start + own] = -np.inf
        near[start : start + _CHUNK], likeness[start : start + _CHUNK] = _best(cosines, k)
    return near, likeness


def _best(cosines: Array, k: int) -> tuple[Array, Array]:
    found = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(cosines, found, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1), np.take_along_axis(values, order, axis=1)


def _by_cells(rows: Array, pool: Array, k: int, themselves: bool) -> tuple[Array, Array]:
    import faiss

    d = pool.shape[1]
    cells = int(min(4096, max(64, 2 * np.sqrt(len(pool)))))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(d), d, cells, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.seed = 0
    index.cp.niter = 8
    index.nprobe = _PROBED
    every = max(1, len(pool) // (cells * _TRAINED_ON))
    index.train(np.ascontiguousarray(pool[::every]))
    for start in range(0, len(pool), 50_000):
        index.add(np.ascontiguousarray(pool[start : start + 50_000]))
    near = np.empty((len(rows), k), dtype=np.int32)
    likeness = np.empty((len(rows), k), dtype=np.float32)
    for start in range(0, len(rows), 10_000):
        part = np.ascontiguousarray(rows[start : start + 10_000])
        values, found = index.search(part, k + themselves)
        if themselves:
            values, found = _without(start + np.arange(len(part)), values, found, k)
        alone = found < 0  # fewer than k items in the cells: joined with no weight to the first item
        near[start : start + len(part)] = np.where(alone, 0, found)
        likeness[start : start + len(part)] = np.where(alone, 0, values)
    return near, likeness


def _without(own: Array, values: Array, found: Array, k: int) -> tuple[Array, Array]:
    """The k best columns of each row that are not the row's own item."""
    mine = found == own[:, None]
    mine[~mine.any(axis=1), -1] = True
    kept = np.argsort(mine, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(values, kept, axis=1), np.take_along_axis(found, kept, axis=1)


def spread(affinity: csr_matrix, positions: Array, codes: Array, classes: int) -> Array:
    """How much of each class reaches each item from the labeled ones: float32 (items, classes).

    positions, codes: int (labels,), which items are labeled, and as what. Each class sends out the same
    amount in all, so that a frequent one does not drown a rare one.
    """
    flows = spread_each(affinity, positions, codes, classes, np.ones((1, len(codes)), dtype=bool))
    return np.asarray(flows[0])


def spread_each(affinity: csr_matrix, positions: Array, codes: Array, classes: int, kept: Array) -> Array:
    """As `spread`, for several parts of the labels: float32 (parts, items, classes). kept: bool (parts, labels).

    The parts flow side by side, which takes half the time of one after the other, as far as memory allows.
    """
    from threadpoolctl import threadpool_limits

    n = affinity.shape[0]
    found = np.empty((len(kept), n, classes), dtype=np.float32)
    together = max(1, _CELLS // max(1, n * classes))
    with threadpool_limits(1):
        for start in range(0, len(kept), together):
            part = kept[start : start + together]
            seeds = np.zeros((n, len(part), classes), dtype=np.float32)
            for number, mine in enumerate(part):
                seeds[positions[mine], number, codes[mine]] = 1
            seeds /= np.maximum(seeds.sum(axis=0, keepdims=True), 1)
            seeds = seeds.reshape(n, -1)
            flow = seeds
            for _ in range(_STEPS):
                flow = _ALPHA * (affinity @ flow) + (1 - _ALPHA) * seeds
            found[start : start + len(part)] = np.moveaxis(flow.reshape(n, len(part), classes), 1, 0)
    return found


def as_log_proba(flow: Array) -> Array:
    """What reached an item as log probabilities; nothing at all says nothing."""
    classes = flow.shape[1]
    share = (flow + 1e-9) / (flow + 1e-9).sum(axis=1, keepdims=True)
    return np.asarray(np.log(0.97 * share + 0.03 / classes))
