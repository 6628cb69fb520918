"""For ratings: the items whose rating teaches most about all others.

Where a rating is spread most, people mostly disagree among themselves, and one more rating teaches little: predictive
variance alone asks for noise. What a rating takes off the variance of a linear model's predictions over the whole pool
can be said without knowing it, and doesn't count the noise. The linear model is the learner's own: it reads how a text
is written as well as its vectors, and what only the vectors tell apart is not what most needs a rating.

Why: docs/decisions/0016-ratings.md and docs/decisions/0019-ratings-by-features.md
"""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import filled
from labeler.learning.strategies.labeled import features_of, inner, some_of
from labeler.learning.strategies.predictive_variance import spread_of
from labeler.learning.strategies.registry import FEATURES, Pool, Ranking, strategy

LOOKED_AT = 2_500
CHOSEN = 500
"""Items of the pool that are chosen among, and stand for it."""

LABELED = 1_500
NOISE = 1.0


@strategy("variance_reduction", order="predictive_variance", batch=True, rounds=4, problem="ordinal", wants={FEATURES})
def variance_reduction(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose rating lowers the predictive variance over the whole pool most, one after the other.

    pool.X, pool.X_labeled, and beside them pool.features, pool.features_labeled: sparse or dense (items, columns), what
    the linear model reads; pool.proba as for `predictive_variance`, which ranks what was not looked at (of large pools
    2,500 items are, at random). Returns n distinct positions, best first. Raises TooFewItems when the pool holds fewer
    than n, NeedsModel without proba, InvalidPool without X.
    Source: Yu, Bi and Tresp 2006, "Active Learning via Transductive Experimental Design".
    """
    from threadpoolctl import threadpool_limits

    assert pool.proba is not None
    features_of("variance_reduction", pool)
    looked = some_of(len(pool), LOOKED_AT, rng)
    with threadpool_limits(1):
        left = _left(pool, looked, rng)
        chosen = looked[_greedy(left, min(n, CHOSEN, len(looked)))]
    return Ranking.falling(filled(chosen, spread_of(pool.proba), n))


def _left(pool: Pool, looked: Array, rng: Generator) -> Array:
    """The covariance of predictions that the labels so far leave: float64 (looked at, looked at)."""
    rows = [view[looked] for view in (pool.X, pool.features) if view is not None]
    labeled = [view for view in (pool.X_labeled, pool.features_labeled) if view is not None]
    left = _together(rows, rows)
    if len(labeled) < len(rows) or not labeled[0].shape[0]:
        return left
    kept = some_of(labeled[0].shape[0], LABELED, rng)
    labeled = [view[kept] for view in labeled]
    across, known = _together(rows, labeled), _together(labeled, labeled)
    known[np.diag_indices(len(kept))] += NOISE
    return np.asarray(left - across @ np.linalg.solve(known, across.T))


def _together(a: list[Any], b: list[Any]) -> Array:
    """Inner products over several views, side by side."""
    return np.asarray(sum(inner(mine, theirs) for mine, theirs in zip(a, b, strict=True)))


def _greedy(left: Array, n: int) -> Array:
    """Positions of n rows, each the one whose answer takes most off the variance that is left: int64 (n,).

    What an answer leaves is the old matrix less an outer product of one column; the columns are kept, and the matrix
    is never written again.
    """
    columns = np.zeros((n, len(left)))
    own = np.diag(left).copy()
    total = np.einsum("ij,ij->j", left, left)  # of the squares in each column
    free = np.ones(len(left), dtype=bool)
    chosen: list[int] = []
    for step in range(n):
        best = int(np.where(free, total / (own + NOISE), -1.0).argmax())
        chosen.append(best)
        free[best] = False
        before = columns[:step]
        column = (left[best] - before[:, best] @ before) / np.sqrt(own[best] + NOISE)
        toward = column @ left - (before @ column) @ before
        total += column**2 * (column @ column) - 2 * column * toward
        own -= column**2
        columns[step] = column
    return np.array(chosen, dtype=np.int64)
