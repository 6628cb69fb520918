"""For ratings: the items whose rating teaches most about all others.

Where a rating is spread most, people mostly disagree among themselves, and one more rating teaches little: predictive
variance alone asks for noise. What a rating takes off the variance of a linear model's predictions over the whole pool
can be said without knowing it, and doesn't count the noise.

Why: docs/decisions/0016-ratings.md
"""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import filled
from labeler.learning.strategies.labeled import features_of, some_of
from labeler.learning.strategies.predictive_variance import spread_of
from labeler.learning.strategies.registry import Pool, Ranking, strategy

LOOKED_AT = 2_500
"""Items of the pool that are chosen among, and stand for it."""

LABELED = 1_500
NOISE = 1.0


@strategy("variance_reduction", order="predictive_variance", batch=True, rounds=4, problem="ordinal")
def variance_reduction(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose rating lowers the predictive variance over the whole pool most, one after the other.

    pool.X, pool.X_labeled: sparse or dense (items, features); pool.proba as for `predictive_variance`, which ranks what
    was not looked at (of large pools 2,500 items are, at random). Returns n distinct positions, best first. Raises
    TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: Yu, Bi and Tresp 2006, "Active Learning via Transductive Experimental Design".
    """
    assert pool.proba is not None
    X = features_of("variance_reduction", pool)
    looked = some_of(len(pool), max(LOOKED_AT, 2 * n), rng)
    chosen = looked[_greedy(X[looked], _some(pool.X_labeled, rng), min(n, len(looked)))]
    return Ranking.falling(filled(chosen, spread_of(pool.proba), n))


def _some(labeled: Any, rng: Generator) -> Any:
    if labeled is None or not labeled.shape[0]:
        return None
    return labeled[some_of(labeled.shape[0], LABELED, rng)]


def _greedy(X: Any, labeled: Any, n: int) -> Array:
    """Positions of n rows, each the one whose answer takes most off the variance that is left: int64 (n,)."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        left = _inner(X, X)
        if labeled is not None:
            across, known = _inner(X, labeled), _inner(labeled, labeled)
            known[np.diag_indices(len(known))] += NOISE
            left -= across @ np.linalg.solve(known, across.T)
        chosen: list[int] = []
        free = np.ones(len(left), dtype=bool)
        for _ in range(n):
            gain = np.where(free, (left**2).sum(axis=0) / (np.diag(left) + NOISE), -1.0)
            best = int(gain.argmax())
            chosen.append(best)
            free[best] = False
            column = left[:, best] / np.sqrt(left[best, best] + NOISE)
            left -= np.outer(column, column)
    return np.array(chosen, dtype=np.int64)


def _inner(a: Any, b: Any) -> Array:
    found = a @ b.T
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float64)
