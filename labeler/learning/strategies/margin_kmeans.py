"""Uncertain, but not near-duplicates of each other."""

from numpy.random import Generator

from labeler.learning.strategies.batches import SHORTLIST, one_of_each_cluster
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("margin_kmeans", batch=True, shortlist=SHORTLIST)
def margin_kmeans(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items that differ from each other: one of each cluster of the smallest margins.

    k-means on the 10 n smallest margins, weighted by 1 - margin; the item nearest each center is chosen.
    pool.proba: float (items, classes); pool.X: sparse or dense (items, features).
    Returns n distinct positions and 1 - margin, highest first. Items with identical features are never
    chosen together while the pool has n different ones.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: Zhdanov 2019, "Diverse mini-batch Active Learning".
    """
    assert pool.proba is not None
    return one_of_each_cluster("margin_kmeans", pool, closeness(pool.proba), n, rng)
