"""What strategies share that look closely at a few items: which ones, one of each cluster, and who follows."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.geometry import apart, dense_rows, distinct_rows, nearest_to_centers
from labeler.learning.strategies.labeled import features_of
from labeler.learning.strategies.registry import Pool, Ranking

SHORTLIST = 10


def one_of_each_cluster(name: str, pool: Pool, scores: Array, n: int, rng: Generator) -> Ranking:
    """k-means on the 10 n highest scores, weighted by them; the item nearest each center is chosen.

    name: of the strategy, for its errors; scores: (items,) in [0, 1].
    Returns n distinct positions and their scores, highest first. Items with identical features are never
    chosen together while the pool has n different ones, near-duplicates not while the shortlist has others.
    Raises InvalidPool without X.
    """
    from threadpoolctl import threadpool_limits

    X = features_of(name, pool)
    candidates = shortlisted(X, scores, n, SHORTLIST * n)
    if len(candidates) > n:
        with threadpool_limits(1):
            rows = dense_rows(X[candidates], rng)
            picked, _ = nearest_to_centers(rows, scores[candidates], n, rng)
            candidates = apart(X, picked_first(candidates, np.sort(picked)), n)
    chosen = filled(candidates, scores, n)
    return Ranking.ordered(chosen, scores[chosen])


def shortlisted(X: Any, scores: Array, n: int, reach: int) -> Array:
    """Positions of the `reach` highest scores, highest first, without repeats of the same features.

    Looks further while there are fewer than n different items among them.
    """
    while True:
        highest = Ranking.of(scores, min(reach, len(scores))).positions
        different = highest[distinct_rows(X[highest])]
        if len(different) >= n or reach >= len(scores):
            return different
        reach *= 4  # so many duplicates that a longer list is needed


def different_sample(X: Any, n: int, size: int, rng: Generator) -> tuple[Array, Array]:
    """At most `size` positions drawn at random, all of different features, and all positions shuffled.

    Draws more while the sample has fewer than n different items.
    """
    shuffled = rng.permutation(X.shape[0])
    reach = size
    while True:
        sample = shuffled[:reach]
        different = sample[distinct_rows(X[sample])]
        if len(different) >= min(n, size) or reach >= len(shuffled):
            return different[:size], shuffled
        reach *= 4


def picked_first(candidates: Array, picked: Array) -> Array:
    """candidates, those at the places `picked` before the others."""
    return np.concatenate([candidates[picked], np.delete(candidates, picked)])


def filled(chosen: Array, scores: Array, n: int) -> Array:
    """n positions: the chosen, then the highest scores of all others."""
    if len(chosen) >= n:
        return chosen[:n]
    left = np.setdiff1d(np.arange(len(scores)), chosen)
    return np.concatenate([chosen, left[Ranking.of(scores[left], n - len(chosen)).positions]])


def looked_at(positions: Array, scores: Array, others: Array, n: int) -> Ranking:
    """The n highest of the items that were looked at; after them, with score 0, those highest in `others`.

    positions, scores: (looked at,); others: (items,), a score of all items that cost little.
    """
    best = Ranking.of(scores, min(n, len(positions)))
    chosen = filled(positions[best.positions], others, n)
    return Ranking(chosen, np.concatenate([best.scores, np.zeros(n - len(best))]))
