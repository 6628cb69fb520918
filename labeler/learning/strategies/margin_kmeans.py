"""The default: uncertain, but not near-duplicates of each other."""

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import InvalidPool
from labeler.learning.strategies.geometry import dense_rows, distinct_rows, nearest_to_centres
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy

SHORTLIST = 10


@strategy("margin_kmeans", batch=True, shortlist=SHORTLIST)
def margin_kmeans(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items that differ from each other: one of each cluster of the smallest margins.

    k-means on the 10 n smallest margins, weighted by 1 - margin; the item nearest each centre is chosen.
    pool.proba: float (items, classes); pool.X: sparse or dense (items, features).
    Returns n distinct positions and 1 - margin, highest first. Items with identical features are never
    chosen together while the pool has n different ones.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: Zhdanov 2019, "Diverse mini-batch Active Learning".
    """
    from threadpoolctl import threadpool_limits

    if pool.X is None:
        raise InvalidPool('strategy "margin_kmeans" needs the features of the items')
    assert pool.proba is not None
    close = closeness(pool.proba)
    reach = SHORTLIST * n
    while True:
        nearest = Ranking.of(close, min(reach, len(pool))).positions
        candidates = nearest[distinct_rows(pool.X[nearest])]
        if len(candidates) >= n or reach >= len(pool):
            break
        reach *= 4  # so many duplicates that a longer list is needed
    if len(candidates) <= n:  # not even n different items: duplicates fill up, the closest first
        spare = nearest[~np.isin(nearest, candidates)]
        chosen = np.concatenate([candidates, spare])[:n]
        return Ranking.ordered(chosen, close[chosen])
    with threadpool_limits(1):
        rows = dense_rows(pool.X[candidates], rng)
        picked, _ = nearest_to_centres(rows, close[candidates], n, rng)
    chosen = candidates[picked]
    return Ranking.ordered(chosen, close[chosen])
