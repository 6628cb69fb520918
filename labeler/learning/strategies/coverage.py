"""The first labels, before a model can rank: cover the pool, but don't chase outliers."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import InvalidPool
from labeler.learning.numeric.types import Array
from labeler.learning.strategies.geometry import dense_rows, distinct_rows, nearest_to_centers, squared_distances
from labeler.learning.strategies.registry import Pool, Ranking, strategy

SAMPLE = 2_000
BATCH = 25


@strategy("coverage", needs="none")
def coverage(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Typical items of every region of the pool, for the first labels: no model needed.

    k-means over at most 2,000 items, the item nearest each center, largest clusters first. Long rankings
    cluster again and again, twice as finely, and add an item for each new cluster that has none yet, so any
    beginning of the ranking covers the pool; what is left follows at random.
    pool.X: sparse or dense (items, features).
    Returns n distinct positions and scores that fall evenly from 1 to 0. Identical items never come before
    different ones.
    Raises TooFewItems when the pool holds fewer than n, InvalidPool without X.
    Source: Nguyen and Smeulders 2004, "Active Learning Using Pre-clustering".
    """
    from threadpoolctl import threadpool_limits

    if pool.X is None:
        raise InvalidPool('strategy "coverage" needs the features of the items')
    shuffled = rng.permutation(len(pool))
    sample = np.sort(shuffled[:SAMPLE])
    different = sample[distinct_rows(pool.X[sample])]
    with threadpool_limits(1):
        rows = _directions(dense_rows(pool.X[different], rng), pool.X)
        typical = different[_nested(rows, min(n, 8 * BATCH, len(different)), rng)]
    rest = shuffled[~np.isin(shuffled, typical)]
    if len(different) < len(sample):
        repeats = np.isin(rest, np.setdiff1d(sample, different))
        rest = np.concatenate([rest[~repeats], rest[repeats]])
    chosen = np.concatenate([typical, rest])[:n]
    return Ranking.falling(chosen)


def _directions(rows: Array, X: Any) -> Array:
    """Wide rows by direction alone: in a projection, items of rare words fall together near the origin.

    What this is worth: docs/decisions/0003-projection.md
    """
    if rows.shape[1] == X.shape[1]:
        return rows
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))


def _nested(rows: Array, n: int, rng: Generator) -> Array:
    """n distinct positions: 25 clusters first, then of 50, 100, ... clusters those without a chosen item."""
    chosen = np.empty(0, dtype=np.int64)
    k = min(n, BATCH)
    while len(chosen) < n:
        picked, share = nearest_to_centers(rows, None, min(k, len(rows)), rng)
        picked = picked[np.argsort(-share, kind="stable")]
        if len(chosen):
            picked = _uncovered(rows, picked, chosen)
        chosen = np.concatenate([chosen, picked])[:n]
        if k >= len(rows):
            break
        k *= 2
    left = np.setdiff1d(np.arange(len(rows)), chosen)
    return np.concatenate([chosen, left])[:n]


def _uncovered(rows: Array, centers: Array, chosen: Array) -> Array:
    """Those of `centers` (positions, one a cluster) in whose neighborhood no chosen item lies."""
    taken = np.argmin(squared_distances(rows[chosen], rows[centers]), axis=1)
    return np.delete(centers, np.unique(taken))
