"""Whether a classifier can tell new items from those before: a classifier two-sample test (Lopez-Paz and Oquab 2017).

The classifier is ridge regression, each item judged by one that learned from all others: what that says of every item
has a closed form, for any assignment of items to the two samples (Stone 1974). So p comes from permutations, and holds
whatever the features are; out-of-fold scores against a normal distribution would alarm too often, since the folds share
what they learned from.
"""

from typing import Any

import numpy as np
from scipy import linalg, stats
from threadpoolctl import threadpool_limits

from labeler.learning.drift.signals import UNLIKE, Signal
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array

PERMUTATIONS = 999
RIDGE = 1.0
"""Of the mean of the kernel's diagonal."""
AT_ONCE = 100
_Z = 1.96


def contents(rows: Any, n_then: int, rng: np.random.Generator, ridge: float = RIDGE) -> Signal:
    """rows: features, (items, d), sparse or dense, of length about 1: those before, then the new ones. n_then: how many
    are before.

    The effect is 2 (AUC - 0.5), and its interval DeLong's (DeLong and others 1988).
    """
    with threadpool_limits(1):  # more threads are slower where others use the machine, too
        return _compared(_kernel(rows), n_then, rng, ridge)


def _compared(kernel: Array, n_then: int, rng: np.random.Generator, ridge: float) -> Signal:
    n = len(kernel)
    is_new = np.zeros(n)
    is_new[n_then:] = 1
    kernel[np.diag_indices(n)] += ridge * max(float(np.trace(kernel)) / n, 1e-9)
    inverse = linalg.inv(kernel, overwrite_a=True, check_finite=False)
    own = np.diag(inverse)

    def scores(assigned: Array) -> Array:
        """Without the item itself; assigned: (items, k), each column centered."""
        return np.asarray(assigned - (inverse @ assigned) / own[:, None])

    centered = is_new - is_new.mean()
    said = scores(centered[:, None])[:, 0]
    auc = _aucs(said[:, None], is_new[:, None])[0]
    drawn = np.empty(PERMUTATIONS)
    for start in range(0, PERMUTATIONS, AT_ONCE):
        part = np.array([rng.permutation(is_new) for _ in range(min(AT_ONCE, PERMUTATIONS - start))]).T
        drawn[start : start + part.shape[1]] = _aucs(scores(part - is_new.mean()), part)
    at_least = int((drawn >= auc).sum())
    p = (1 + at_least) / (1 + PERMUTATIONS)
    if not at_least:  # none of them: the tail of what they are distributed by
        p = min(p, float(stats.norm.sf((auc - drawn.mean()) / max(float(drawn.std()), 1e-12))))
    value = float(np.clip(2 * (auc - 0.5), 0, 1))
    spread = _Z * 2 * _delong(said[:n_then], said[n_then:])
    effect = Estimate(value, max(0.0, value - spread), min(1.0, value + spread), min(n_then, n - n_then))
    order = np.argsort(-said[n_then:], kind="stable")
    return Signal("content", "auc", effect, p, unlike=tuple(order[:UNLIKE].tolist()))


def _kernel(rows: Any) -> Array:
    product = rows @ rows.T
    kernel = np.asarray(product.toarray() if hasattr(product, "toarray") else product, dtype=np.float64)
    mean = kernel.mean(axis=0)
    return np.asarray(kernel - mean - mean[:, None] + mean.mean())


def _aucs(said: Array, is_new: Array) -> Array:
    """float (k,): of each column."""
    ranks = stats.rankdata(said, axis=0)
    n_new = is_new.sum(axis=0)
    n_then = len(said) - n_new
    return np.asarray(((ranks * is_new).sum(axis=0) - n_new * (n_new + 1) / 2) / (n_new * n_then))


def _delong(then: Array, now: Array) -> float:
    """Standard error of the AUC."""
    both = stats.rankdata(np.concatenate([then, now]))
    of_then = (both[: len(then)] - stats.rankdata(then)) / len(now)
    of_now = (both[len(then) :] - stats.rankdata(now)) / len(then)
    return float(np.sqrt(of_then.var() / len(then) + of_now.var() / len(now)))
