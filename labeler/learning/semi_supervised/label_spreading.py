"""The pool as a teacher: items next to each other mostly have the same label.

A graph joins each item with its nearest neighbors by cosine. Vectors averaged over it are better features
(Wu et al. 2019, "Simplifying Graph Convolutional Networks"), and labels spread along it (Zhou et al. 2004,
"Learning with Local and Global Consistency").

Eight steps of spreading say as much as twenty: docs/decisions/0001-label-spreading-steps.md
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.numeric.parallel import in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.neighbors import EXACT, NEIGHBORS, SEARCHED, Cells, in_chunks, nearest

_STEPS = 8
_ALPHA = 0.9
_CELLS = 50_000_000  # numbers that flow at once: 200 MB

_FEW = 8  # one in so many items
NEARBY = 50_000
"""What left-out labels would have heard is found among so many items, those that the labels reach most."""


@dataclass(frozen=True)
class NeighborGraph:
    """Where the items of a pool lie, all arrays in the pool's order.

    vectors: float32 (items, d), rows of length 1; near: int32 (items, k), each item's nearest others;
    similarity: float32 (items, k), their cosines; once, smooth: float32 (items, d), vectors averaged once and
    twice with their neighbors'.
    """

    vectors: Array
    near: Array
    similarity: Array
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
        joined = csr_matrix((np.maximum(self.similarity, 0).ravel(), self.near.ravel(), indptr), shape=(n, n))
        joined = csr_matrix(joined.maximum(joined.T))
        joined.sort_indices()
        scale = 1 / np.sqrt(np.maximum(np.asarray(joined.sum(axis=1)).ravel(), 1e-9))
        both = np.repeat(scale, np.diff(joined.indptr)) * scale[joined.indices]
        joined.data *= both  # not by one after the other: then it would not be symmetric to the bit
        return joined


def unit(rows: Array) -> Array:
    """Rows scaled to length 1, float32; zero rows stay zero."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(length, 1e-9), dtype=np.float32)


def graph_of(vectors: Array) -> NeighborGraph:
    """The map of a pool, in memory. vectors: float32 (items, d), rows of length 1."""
    k = min(NEIGHBORS, len(vectors) - 1)
    if k < 1:
        none = np.zeros((len(vectors), 0))
        return NeighborGraph(vectors, none.astype(np.int32), none.astype(np.float32), vectors, vectors)
    near, similarity = np.empty((len(vectors), k), dtype=np.int32), np.empty((len(vectors), k), dtype=np.float32)
    graph = NeighborGraph(vectors, near, similarity, np.empty_like(vectors), np.empty_like(vectors))
    settle(graph, 0, Cells.of(vectors) if len(vectors) > EXACT else None)
    return graph


def settle(graph: NeighborGraph, first: int, cells: Cells | None) -> None:
    """Find the neighbors and averages of the items from `first` on, and write them into the map's arrays.

    graph: with the vectors of all items, and all else of the items before `first`, which stays as it is; its
    arrays may be memory-mapped. cells: of the items before `first`; the others are added. Without cells all
    pairs are compared, and first must be 0.
    """
    vectors, new = graph.vectors, slice(first, None)
    if cells is None:
        graph.near[:], graph.similarity[:] = nearest(vectors, vectors, graph.near.shape[1], themselves=True)
    else:
        cells.add(vectors[new])
        for part in in_chunks(len(vectors), SEARCHED, first):
            found = cells.nearest(vectors[part], vectors, graph.near.shape[1], part.start)
            graph.near[part], graph.similarity[part] = found
    averaged(vectors[new], vectors, graph.near[new], graph.once[new])
    averaged(graph.once[new], graph.once, graph.near[new], graph.smooth[new])


def averaged(rows: Array, pool: Array, near: Array, into: Array | None = None) -> Array:
    """Half each row, half the mean of its neighbors in `pool`, scaled to length 1.

    rows: float32 (rows, d); near: int (rows, k), positions in the pool; into: where to write the result, which
    may be memory-mapped.
    """
    if not near.shape[1]:
        return np.asarray(rows, dtype=np.float32)
    mixed = np.empty(rows.shape, dtype=np.float32) if into is None else into

    def write(part: slice) -> None:
        mixed[part] = unit(0.5 * rows[part] + 0.5 * pool[near[part]].mean(axis=1))

    parts = list(in_chunks(len(rows)))
    list(in_threads(write, parts) if len(parts) > 1 else map(write, parts))
    return mixed


def spread(affinity: csr_matrix, positions: Array, codes: Array, classes: int) -> Array:
    """How much of each class reaches each item from the labeled ones: float32 (items, classes).

    positions, codes: int (labels,), which items are labeled, and as what. Each class sends out the same
    amount in all, so that a frequent one does not drown a rare one.
    """
    return _flow(affinity, positions, codes, _amounts(codes, classes), classes)


def spread_each(affinity: csr_matrix, positions: Array, codes: Array, classes: int, kept: Array) -> Array:
    """As `spread`, for several parts of the labels, and what of it reaches the labeled items: float32 (parts,
    labels, classes). kept: bool (parts, labels).

    The parts flow side by side, which takes half the time of one after the other, as far as memory allows.
    """
    n = affinity.shape[0]
    found = np.empty((len(kept), len(positions), classes), dtype=np.float32)
    together = max(1, _CELLS // max(1, n * classes))
    for start in range(0, len(kept), together):
        part = kept[start : start + together]
        rows = np.concatenate([positions[mine] for mine in part])
        columns = np.concatenate([number * classes + codes[mine] for number, mine in enumerate(part)])
        amounts = np.concatenate([_amounts(codes[mine], classes) for mine in part])
        flow = _flow(affinity, rows, columns, amounts, len(part) * classes)
        found[start : start + len(part)] = np.moveaxis(flow[positions].reshape(-1, len(part), classes), 1, 0)
    return found


def spread_rows(affinity: csr_matrix, positions: Array, rows: Array) -> Array:
    """As `spread`, for any amounts: float32 (items, columns). rows: (labels, columns), what each labeled item sends."""
    flow = np.zeros((affinity.shape[0], rows.shape[1]), dtype=np.float32)
    sent = rows.astype(np.float32)
    flow[positions] = sent
    for _ in range(_STEPS):
        flow = _one_step(affinity, flow)
        flow *= np.float32(_ALPHA)
        flow[positions] += np.float32(1 - _ALPHA) * sent
    return flow


def spread_left_out(affinity: csr_matrix, positions: Array, rows: Array, judged: Array, fold_of: Array) -> Array:
    """What reaches some of the labeled items from the labels of other folds: float32 (judged, columns).

    judged: int (judged,), which of the labels; fold_of: int (labels,); the others as for `spread_rows`.
    """
    held = np.zeros((len(judged), rows.shape[1]), dtype=np.float32)
    for fold in np.unique(fold_of):
        inside, mine = fold_of != fold, np.flatnonzero(fold_of[judged] == fold)
        if len(mine) and inside.any():
            held[mine] = spread_rows(affinity, positions[inside], rows[inside])[positions[judged[mine]]]
    return held


def nearby(affinity: csr_matrix, positions: Array, flow: Array) -> tuple[csr_matrix, Array]:
    """The part of a large graph around the labeled items, and where in it they are: int (labels,).

    flow: float32 (items, classes), what `spread` gave: the NEARBY items that most of it reaches are kept, and the
    labeled ones. Of smaller graphs, everything.
    """
    n = affinity.shape[0]
    if n <= NEARBY:
        return affinity, positions
    kept = np.zeros(n, dtype=bool)
    kept[np.argpartition(-flow.sum(axis=1), NEARBY)[:NEARBY]] = True
    kept[positions] = True
    inside = np.flatnonzero(kept)
    return csr_matrix(affinity[inside][:, inside]), np.searchsorted(inside, positions)


def _amounts(codes: Array, classes: int) -> Array:
    """What each label sends out: float32 (labels,)."""
    return (1 / np.maximum(np.bincount(codes, minlength=classes), 1)).astype(np.float32)[codes]


def _flow(affinity: csr_matrix, rows: Array, columns: Array, amounts: Array, width: int) -> Array:
    """float32 (items, width), after _STEPS steps from these amounts at these distinct (row, column) places."""
    flow = np.zeros((affinity.shape[0], width), dtype=np.float32)
    flow[rows, columns] = amounts
    for _ in range(_STEPS):
        flow = _one_step(affinity, flow)
        flow *= np.float32(_ALPHA)
        flow[rows, columns] += np.float32(1 - _ALPHA) * amounts
    return flow


def _one_step(affinity: csr_matrix, flow: Array) -> Array:
    """affinity @ flow, to the bit; while few items are reached, only those send anything out.

    The graph is symmetric: what an item sends to others is its own row. Both products add up in the same order.
    """
    reached = np.flatnonzero(flow.any(axis=1))
    if _FEW * len(reached) > len(flow):
        return np.asarray(affinity @ flow)
    return np.asarray(affinity[reached].T @ flow[reached])


def as_log_proba(flow: Array) -> Array:
    """What reached an item as log probabilities; nothing at all says nothing."""
    classes = flow.shape[1]
    share = (flow + 1e-9) / (flow + 1e-9).sum(axis=1, keepdims=True)
    return np.asarray(np.log(0.97 * share + 0.03 / classes))
