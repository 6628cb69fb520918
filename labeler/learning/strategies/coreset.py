"""Core-set: no item far from all labeled ones."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import different_sample
from labeler.learning.strategies.geometry import squared_distances, squared_lengths
from labeler.learning.strategies.labeled import beside_labeled, features_of
from labeler.learning.strategies.registry import Pool, Ranking, strategy

SAMPLE = 5_000
LABELED = 1_000
CHOSEN = 1_000


@strategy("coreset", needs="none", batch=True, rounds=1)
def coreset(pool: Pool, n: int, rng: Generator) -> Ranking:
    """One after the other the item farthest from all that are labeled or chosen.

    Greedy k-center in few dimensions, among at most 5,000 items and from at most 1,000 labeled ones; without
    any, from the item nearest the mean. Finds outliers too. Near-duplicates are at each other's place, so
    they come last by themselves.
    pool.X, and pool.X_labeled if there is any: sparse or dense (items, features).
    Returns n distinct positions and scores that fall evenly from 1 to 0; from the 1,001st on, at random.
    Raises TooFewItems when the pool holds fewer than n, InvalidPool without X.
    Source: Sener and Savarese 2018, "Active Learning for Convolutional Neural Networks: A Core-Set Approach".
    """
    from threadpoolctl import threadpool_limits

    X = features_of("coreset", pool)
    different, shuffled = different_sample(X, n, SAMPLE, rng)
    with threadpool_limits(1):
        rows, labeled = beside_labeled(pool, X[different], LABELED, rng)
        chosen = different[_farthest_first(rows, labeled, min(n, CHOSEN, len(rows)))]
    rest = np.concatenate([different, shuffled])
    rest = rest[np.sort(np.unique(rest, return_index=True)[1])]
    return Ranking.falling(np.concatenate([chosen, rest[~np.isin(rest, chosen)]])[:n])


def _farthest_first(rows: Array, labeled: Array, n: int) -> Array:
    """n distinct places in rows."""
    squares = squared_lengths(rows)
    if len(labeled):
        nearest = squared_distances(rows, labeled).min(axis=1)
        chosen = [int(np.argmax(nearest))]
    else:
        nearest = np.full(len(rows), np.inf)
        chosen = [int(np.argmin(squares - 2 * (rows @ rows.mean(axis=0))))]
    while len(chosen) < n:
        last = chosen[-1]
        nearest = np.minimum(nearest, np.maximum(squares + squares[last] - 2 * (rows @ rows[last]), 0.0))
        nearest[last] = -1.0
        chosen.append(int(np.argmax(nearest)))
    return np.array(chosen, dtype=np.int64)
