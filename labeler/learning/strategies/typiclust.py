"""TypiClust: the most typical item of each region without labels. For few labels."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import different_sample
from labeler.learning.strategies.geometry import apart, squared_distances
from labeler.learning.strategies.labeled import beside_labeled, features_of
from labeler.learning.strategies.registry import Pool, Ranking, strategy

SAMPLE = 2_000
LABELED = 500
CLUSTERS = 200
NEIGHBORS = 20
SMALL = 5


@strategy("typiclust", needs="none", batch=True, rounds=1)
def typiclust(pool: Pool, n: int, rng: Generator) -> Ranking:
    """The most typical item of each cluster that has no label yet, largest clusters first.

    k-means on at most 2,000 items and 500 labeled ones, into as many clusters as there are labels and wanted
    items (at most 200). Typical: near to its 20 nearest in the cluster. Clusters of a few outliers come last.
    pool.X, and pool.X_labeled if there is any: sparse or dense (items, features).
    Returns n distinct positions and scores that fall evenly from 1 to 0. Identical items never come before
    different ones.
    Raises TooFewItems when the pool holds fewer than n, InvalidPool without X.
    Source: Hacohen, Dekel and Weinshall 2022, "Active Learning on a Budget".
    """
    from threadpoolctl import threadpool_limits

    X = features_of("typiclust", pool)
    different, shuffled = different_sample(X, n, SAMPLE, rng)
    with threadpool_limits(1):
        rows, labeled = beside_labeled(pool, X[different], LABELED, rng)
        order = different[_typical_first(rows, labeled, n, rng)]
        typical = apart(X, order, n)
    rest = shuffled[~np.isin(shuffled, typical)]
    return Ranking.falling(np.concatenate([typical, rest])[:n])


def _typical_first(rows: Array, labeled: Array, n: int, rng: Generator) -> Array:
    """All places in rows, ordered."""
    from sklearn.cluster import KMeans

    both = np.vstack([rows, labeled])
    k = min(n + len(labeled), CLUSTERS, len(both))
    fitted = KMeans(k, n_init=1, max_iter=30, random_state=int(rng.integers(2**31))).fit(both)
    cluster = fitted.labels_[: len(rows)]
    covered = np.bincount(fitted.labels_[len(rows) :], minlength=k)
    size = np.bincount(cluster, minlength=k)
    typical, place = np.zeros(len(rows)), np.zeros(len(rows), dtype=np.int64)
    for one in np.flatnonzero(size):
        members = np.flatnonzero(cluster == one)
        typical[members] = _typicality(rows[members])
        place[members[np.argsort(-typical[members], kind="stable")]] = np.arange(len(members))
    few = size < min(SMALL, len(rows) / k / 2)
    return np.lexsort((-typical, -size[cluster], covered[cluster] + place, few[cluster]))


def _typicality(rows: Array) -> Array:
    """1 / the mean distance to the nearest 20 of the same cluster; 0 for an item alone."""
    near = min(NEIGHBORS, len(rows) - 1)
    if near < 1:
        return np.zeros(len(rows))
    distances = np.sqrt(squared_distances(rows, rows))
    np.fill_diagonal(distances, np.inf)
    return np.asarray(1.0 / (np.partition(distances, near - 1, axis=1)[:, :near].mean(axis=1) + 1e-9))
