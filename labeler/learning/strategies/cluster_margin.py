"""Smallest margins, round-robin over clusters."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import SHORTLIST, filled, shortlisted
from labeler.learning.strategies.geometry import apart, dense_rows
from labeler.learning.strategies.labeled import features_of
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy

CLUSTERED = 2_000


@strategy("cluster_margin", batch=True, shortlist=SHORTLIST)
def cluster_margin(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items from all clusters in turn, the smallest clusters first.

    Average-linkage clusters of the 10 n smallest margins (at most 2,000 items), of ten items on average;
    each gives one at random, then each another. The paper clusters the whole pool once; clusters of the
    shortlist alone cost the same for any pool.
    pool.proba: float (items, classes); pool.X: sparse or dense (items, features).
    Returns n distinct positions and 1 - margin, highest first. Items with identical features are never
    chosen together while the pool has n different ones.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: Citovsky et al. 2021, "Batch Active Learning at Scale".
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from threadpoolctl import threadpool_limits

    X = features_of("cluster_margin", pool)
    assert pool.proba is not None
    close = closeness(pool.proba)
    candidates = shortlisted(X, close, n, SHORTLIST * n)
    if n < len(candidates):
        candidates = candidates[:CLUSTERED]
        with threadpool_limits(1):
            tree = linkage(dense_rows(X[candidates], rng), "average")
            cluster = fcluster(tree, min(n, len(candidates)), "maxclust") - 1
            candidates = apart(X, candidates[_in_turn(cluster, rng)], n)
    chosen = filled(candidates, close, n)
    return Ranking.ordered(chosen, close[chosen])


def _in_turn(cluster: Array, rng: Generator) -> Array:
    """Places, one of each cluster, then a second of each, and so on; small clusters first, items at random."""
    size = np.bincount(cluster)
    shuffled = rng.permutation(len(cluster))
    grouped = shuffled[np.argsort(cluster[shuffled], kind="stable")]
    turn = np.empty(len(cluster), dtype=np.int64)
    turn[grouped] = np.arange(len(cluster)) - np.repeat(np.cumsum(size) - size, size)
    return np.lexsort((cluster, size[cluster], turn))
