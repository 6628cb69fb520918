"""The trees teacher: where an answer hangs on thresholds and combinations of columns, which no line can follow.

A random forest answers for the items that its trees did not draw (Breiman 2001, "Random Forests"), so its evidence
costs nothing more, as with the linear teachers.
"""

import warnings

import numpy as np

from labeler.learning.estimators.trees import Trees
from labeler.learning.numeric.types import Array

TREES = 100
_EVEN = 0.05
"""This much of every answer is spread over all classes: a tree's leaf is sure of what it has seen once."""


def grow(cells: Array, codes: Array, classes: int, seed: int) -> tuple[Trees, Array]:
    """A forest, and its left-out log probabilities (labels, classes).

    cells: float32 (labels, columns); codes: int (labels,), every class occurs. The same input gives the same forest.
    """
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(TREES, oob_score=True, random_state=np.int32(seed % 2**31).item())
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Some inputs do not have OOB scores")
        forest.fit(cells, codes)
    left_out = np.nan_to_num(forest.oob_decision_function_, nan=1 / classes)
    # As plain arrays: scikit-learn's own trees can't be loaded from a file without trusting it.
    return Trees.of(forest), _log(left_out)


def log_proba(forest: Trees, cells: Array) -> Array:
    """Log probabilities (items, classes) of a forest that `grow` gave."""
    return _log(forest.sums(cells) / len(forest.roots))


def _log(proba: Array) -> Array:
    return np.asarray(np.log((1 - _EVEN) * proba + _EVEN / proba.shape[1]))
