"""BADGE: items that would pull the model hard, and in different directions."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import filled, picked_first, shortlisted
from labeler.learning.strategies.geometry import apart, dense_rows
from labeler.learning.strategies.labeled import features_of
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy

SHORTLIST = 40
LOOKED_AT = 5_000
CHOSEN = 1_000


@strategy("badge", batch=True, shortlist=SHORTLIST)
def badge(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose gradients, were the likeliest label the true one, are long and differ from each other.

    k-means++ among the 40 n smallest margins (at most 5,000). An item's gradient is the outer product of its
    error and its features; distances need only the two inner products, so it is never written out.
    pool.proba: float (items, classes); pool.X: sparse or dense (items, features).
    Returns n distinct positions and 1 - margin, highest first; from the 1,001st on, by margin alone. Items
    with identical features are never chosen together while the pool has n different ones.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: Ash et al. 2020, "Deep Batch Active Learning by Diverse, Uncertain Gradient Lower Bounds".
    """
    from threadpoolctl import threadpool_limits

    X = features_of("badge", pool)
    assert pool.proba is not None
    close = closeness(pool.proba)
    candidates = shortlisted(X, close, n, max(n, min(SHORTLIST * n, LOOKED_AT)))
    if len(candidates) > n:
        error = pool.proba[candidates].astype(np.float64)
        error[np.arange(len(error)), error.argmax(axis=1)] -= 1.0
        with threadpool_limits(1):
            rows = dense_rows(X[candidates], rng)
            picked = _plus_plus(error, rows, min(n, CHOSEN), rng)
            candidates = apart(X, picked_first(candidates, picked), n)
    chosen = filled(candidates, close, n)
    return Ranking.ordered(chosen, close[chosen])


def _plus_plus(error: Array, rows: Array, n: int, rng: Generator) -> Array:
    """At most n places: the longest gradient, then at random by the squared distance to those chosen.

    Fewer when all the others have the gradient of one that is chosen.
    """
    length = (error**2).sum(axis=1) * (rows.astype(np.float64) ** 2).sum(axis=1)
    chosen = [int(np.argmax(length))]
    nearest = np.full(len(rows), np.inf)
    while len(chosen) < n:
        last = chosen[-1]
        product = (error @ error[last]) * (rows @ rows[last])
        nearest = np.minimum(nearest, np.maximum(length + length[last] - 2 * product, 0.0))
        nearest[chosen] = 0.0
        nearest[nearest <= 1e-9 * length.max()] = 0.0
        total = nearest.sum()
        if total <= 0:
            break
        chosen.append(int(rng.choice(len(rows), p=nearest / total)))
    return np.array(chosen, dtype=np.int64)
