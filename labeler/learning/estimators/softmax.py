"""Decisions of a linear model to probabilities."""

from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

FIXED_SCALE = 3.0
"""Used when there are too few labels to measure one."""

MIN_LABELS_PER_CLASS = 10
MAX_LABELS = 2_000
FOLDS = 4


def two_sided(decisions: Array) -> Array:
    """Decisions as one column per class; scikit-learn gives a single column when there are two classes."""
    return np.column_stack([-decisions, decisions]) if decisions.ndim == 1 else decisions


def best_scale(decisions: Array, codes: Array) -> float:
    """The scale of the decisions (inverse temperature) with the least log loss.

    decisions: (items, classes) of models that did not see the item; codes: int (items,), the true column.
    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks" (temperature scaling).
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import log_softmax

    rows = np.arange(len(codes))

    def loss(log_scale: float) -> float:
        return -float(log_softmax(decisions * np.exp(log_scale), axis=1)[rows, codes].mean())

    found = minimize_scalar(loss, bounds=(np.log(0.3), np.log(30.0)), method="bounded", options={"xatol": 1e-3})
    return float(np.exp(found.x))


def out_of_fold(
    make: Any, X: Any, codes: Array, classes: int, seed: int, *, absent: float | None = -1.0, most: int = MAX_LABELS
) -> tuple[Array, Array] | None:
    """Decisions of models that did not see the item, and the items' codes; None with too few labels.

    make: gives an unfitted estimator with decision_function. absent: the decision about a class that a fold's
    model never saw, -1 as a linear SVM says about the other side; None: the item's least. most: labels that are
    looked at, a random part of more.
    """
    chosen = np.arange(len(codes))
    if len(codes) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(len(codes), most, replace=False))
    counts = np.bincount(codes[chosen], minlength=classes)
    if len(chosen) < MIN_LABELS_PER_CLASS * classes or (counts >= FOLDS).sum() < 2:
        return None
    fold_of = folds_of(codes[chosen], seed)
    decisions = np.empty((len(chosen), classes))
    for fold in range(FOLDS):
        inside, outside = chosen[fold_of != fold], fold_of == fold
        seen = np.unique(codes[inside])
        if len(seen) < 2 or not outside.any():
            return None
        fitted = make().fit(X[inside], codes[inside])
        said = two_sided(fitted.decision_function(X[chosen[outside]]))
        decisions[outside] = said.min(axis=1, keepdims=True) if absent is None else absent
        decisions[np.ix_(outside, seen)] = said
    return decisions, codes[chosen]


def folds_of(codes: Array, seed: int, folds: int = FOLDS) -> Array:
    """A stratified fold for each item: every class is dealt round in turn, the items of a class in random order.

    Why not scikit-learn's: docs/decisions/0014-from-scipy.md
    """
    shuffled = np.random.default_rng(seed).permutation(len(codes))
    order = shuffled[np.argsort(codes[shuffled], kind="stable")]
    fold_of = np.empty(len(codes), dtype=np.int64)
    fold_of[order] = np.arange(len(codes)) % folds
    return fold_of
