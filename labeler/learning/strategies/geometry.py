"""What strategies share that look at where items lie: short dense rows, duplicates, clusters."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array

DIMENSIONS = 96
_GRAM_UP_TO = 700
_DENSE_UP_TO = 512

ALIKE = 0.98
"""Two rows of length 1 whose cosine is above this are near-duplicates."""

_SIDE_BY_SIDE = 1_000
_SPARE = 500


def distinct_rows(X: Any) -> Array:
    """Positions of the first of each group of identical rows, in order."""
    seen: dict[bytes, int] = {}
    if hasattr(X, "indptr"):
        for row in range(X.shape[0]):
            part = slice(X.indptr[row], X.indptr[row + 1])
            seen.setdefault(X.indices[part].tobytes() + b"|" + X.data[part].tobytes(), row)
    else:
        dense = np.ascontiguousarray(X)
        for row in range(len(dense)):
            seen.setdefault(dense[row].tobytes(), row)
    return np.fromiter(seen.values(), dtype=np.int64, count=len(seen))


def apart(X: Any, order: Array, n: int) -> Array:
    """The first n of `order`, passing over near-duplicates of what is already chosen while there are others.

    X: sparse or dense (items, features); order: distinct positions, the most wanted first.
    Near-duplicates have a cosine above 0.98 and nearly the same length: direction alone says nothing about
    rows of few columns. Looks at 500 more than n; beyond 1,000 nobody labels them side by side, and the order
    stays as it is. Returns min(n, len(order)) positions.
    """
    order = np.asarray(order, dtype=np.int64)
    if n >= len(order) or n > _SIDE_BY_SIDE:
        return order[:n]
    seen = order[: n + _SPARE]
    rows = X[seen]
    squares = squared_lengths(rows)
    passed = np.zeros(len(seen), dtype=bool)
    chosen: list[int] = []
    for place in range(len(seen)):
        if passed[place]:
            continue
        chosen.append(place)
        if len(chosen) == n:
            return seen[chosen]
        apart_by = squares + squares[place] - 2 * _products(rows, place)
        passed |= apart_by <= 2 * (1 - ALIKE) * np.sqrt(squares * squares[place])
    repeats = np.delete(np.arange(len(seen)), chosen)
    return seen[np.concatenate([chosen, repeats]).astype(np.int64)][:n]


def squared_lengths(X: Any) -> Array:
    """The squared length of each row: float64 (items,)."""
    if hasattr(X, "indptr"):
        return np.asarray(X.multiply(X).sum(axis=1), dtype=np.float64).ravel()
    return np.asarray(np.einsum("ij,ij->i", X, X, dtype=np.float64))


def squared_distances(a: Array, b: Array) -> Array:
    """Between each row of a and each of b: (rows of a, rows of b), 0 or more."""
    between = squared_lengths(a)[:, None] + squared_lengths(b)[None, :] - 2 * (a @ b.T)
    return np.asarray(np.maximum(between, 0))


def _products(rows: Any, place: int) -> Array:
    if hasattr(rows, "indptr"):
        return np.asarray((rows @ rows[[place]].T).toarray(), dtype=np.float64).ravel()
    return np.asarray(rows @ rows[place], dtype=np.float64)


def stacked(X: Any, below: Any) -> Any:
    """The rows of both, sparse if either is."""
    if hasattr(X, "indptr") or hasattr(below, "indptr"):
        from scipy.sparse import csr_matrix, vstack

        return vstack([csr_matrix(X), csr_matrix(below)]).tocsr()
    return np.vstack([X, below])


def dense_rows(X: Any, rng: Generator, dimensions: int = DIMENSIONS) -> Array:
    """Rows with the distances of X, as far as few dimensions can: float32 (items, dimensions or fewer).

    Few items: the exact principal directions from the items' Gram matrix, which costs the same however wide
    X is. Many: a randomized approximation of them. Narrow dense rows are returned as they are.
    """
    if not hasattr(X, "indptr") and X.shape[1] <= _DENSE_UP_TO:
        return np.asarray(X, dtype=np.float32)
    if X.shape[0] <= _GRAM_UP_TO:
        gram = X @ X.T
        gram = np.asarray(gram.toarray() if hasattr(gram, "toarray") else gram, dtype=np.float64)
        values, vectors = np.linalg.eigh(gram)
        top = slice(max(0, len(values) - dimensions), None)
        rows: Array = vectors[:, top] * np.sqrt(np.maximum(values[top], 0))
        return rows.astype(np.float32)
    return _leading(X, min(dimensions, *X.shape), rng)


def _leading(X: Any, size: int, rng: Generator) -> Array:
    """Rows of X in about its `size` leading singular directions: float32 (items, size).

    Orthogonalizes on the items' side only: X may have 100 times more columns than rows here, where
    scikit-learn's randomized SVD spends its time on a QR of the columns' side.
    Source: Halko, Martinsson and Tropp 2011, "Finding Structure with Randomness".
    """
    drawn = rng.standard_normal((X.shape[0], min(size + 8, X.shape[0]))).astype(np.float32)
    basis = np.linalg.qr(X @ (X.T @ drawn))[0]
    across = X.T @ basis
    values, vectors = np.linalg.eigh(np.asarray(across.T @ across, dtype=np.float64))
    top = slice(max(0, len(values) - size), None)
    rows: Array = (basis @ vectors[:, top]) * np.sqrt(np.maximum(values[top], 0))
    return rows.astype(np.float32)


def nearest_to_centers(rows: Array, weights: Array | None, k: int, rng: Generator) -> tuple[Array, Array]:
    """k distinct positions, each the nearest to one k-means center, and the weight of its cluster as a share.

    rows: distinct, (items, dimensions) with k or more of them; weights: (items,) or None for all alike.
    """
    from sklearn.cluster import KMeans

    if len(rows) <= k:
        return np.arange(len(rows)), np.full(len(rows), 1 / max(1, len(rows)))
    weight = np.ones(len(rows)) if weights is None else np.maximum(np.asarray(weights, dtype=np.float64), 1e-6)
    seed = int(rng.integers(2**31))
    fitted = KMeans(k, n_init=1, max_iter=30, random_state=seed).fit(rows, sample_weight=weight)
    distances = ((rows - fitted.cluster_centers_[fitted.labels_]) ** 2).sum(axis=1)
    order = np.lexsort((distances, fitted.labels_))
    clusters, first = np.unique(fitted.labels_[order], return_index=True)
    share = np.bincount(fitted.labels_, weights=weight, minlength=k)[clusters] / weight.sum()
    picked = order[first]
    if len(picked) < k:  # a cluster ran empty: the items farthest from their centers stand for themselves
        left = np.setdiff1d(np.arange(len(rows)), picked)
        far = left[np.argsort(-distances[left], kind="stable")[: k - len(picked)]]
        picked, share = np.concatenate([picked, far]), np.concatenate([share, weight[far] / weight.sum()])
    return picked, share
