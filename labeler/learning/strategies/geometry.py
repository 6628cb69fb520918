"""What strategies share that look at where items lie: short dense rows, duplicates, clusters."""

from typing import Any

import numpy as np
from numpy.random import Generator

Array = np.ndarray[Any, Any]

DIMENSIONS = 96
_GRAM_UP_TO = 700
_DENSE_UP_TO = 512


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


def dense_rows(X: Any, rng: Generator, dimensions: int = DIMENSIONS) -> Array:
    """Rows with the distances of X, as far as few dimensions can: float32 (items, dimensions or fewer).

    Few items: the exact principal directions from the items' Gram matrix, which costs the same however wide
    X is. Many: a randomised approximation of them. Narrow dense rows are returned as they are.
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

    Orthogonalises on the items' side only: X may have 100 times more columns than rows here, where
    scikit-learn's randomised SVD spends its time on a QR of the columns' side.
    Source: Halko, Martinsson and Tropp 2011, "Finding Structure with Randomness".
    """
    drawn = rng.standard_normal((X.shape[0], min(size + 8, X.shape[0]))).astype(np.float32)
    basis = np.linalg.qr(X @ (X.T @ drawn))[0]
    across = X.T @ basis
    values, vectors = np.linalg.eigh(np.asarray(across.T @ across, dtype=np.float64))
    top = slice(max(0, len(values) - size), None)
    rows: Array = (basis @ vectors[:, top]) * np.sqrt(np.maximum(values[top], 0))
    return rows.astype(np.float32)


def nearest_to_centres(rows: Array, weights: Array | None, k: int, rng: Generator) -> tuple[Array, Array]:
    """k distinct positions, each the nearest to one k-means centre, and the weight of its cluster as a share.

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
    if len(picked) < k:  # a cluster ran empty: the items farthest from their centres stand for themselves
        left = np.setdiff1d(np.arange(len(rows)), picked)
        far = left[np.argsort(-distances[left], kind="stable")[: k - len(picked)]]
        picked, share = np.concatenate([picked, far]), np.concatenate([share, weight[far] / weight.sum()])
    return picked, share
