"""Whether a model's numbers are numbers: weights and probabilities that are not finite, and how large the weights are.

A model that computed with NaN or infinity can answer anything; weights that explode come before that (Breck and others
2017, "The ML Test Score", monitoring 5).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

WEIGHTS = frozenset({"coefficients", "coef_", "intercept", "intercept_"})
"""What linear models call their weights. Others (of trees) have no size that says something, and may be infinite."""
EXPLODED = 10.0
"""So many times the norm of the model before it is too much: of our models it grows to 1.2 to 1.6 times where there are
twice as many labels (12 to 800 labels of two sets of texts)."""
DEEPEST = 8


@dataclass(frozen=True)
class Soundness:
    """weights, probabilities: how many were looked at, broken_*: of these not finite; norm: the Euclidean one of all
    finite weights of linear models, None where there are none."""

    weights: int
    broken_weights: int
    norm: float | None
    probabilities: int
    broken_probabilities: int


def soundness_of(estimator: Any, proba: Array) -> Soundness:
    """estimator: fitted, an `Ensemble`, one of ours or of scikit-learn; proba: what it says, (items, classes)."""
    weights = broken = measured = 0
    squares = 0.0
    for is_weight, values in _arrays(estimator, False, DEEPEST, set()):
        fine = np.isfinite(values) if is_weight else ~np.isnan(values)
        weights, broken = weights + values.size, broken + int(np.count_nonzero(~fine))
        if is_weight:
            measured += values.size
            squares += float(np.square(values[fine], dtype=np.float64).sum())
    return Soundness(
        weights=weights,
        broken_weights=broken,
        norm=float(np.sqrt(squares)) if measured else None,
        probabilities=int(proba.size),
        broken_probabilities=int(np.count_nonzero(~np.isfinite(proba))),
    )


def without_broken(proba: Array) -> Array:
    """Rows that are not finite as if every class were as likely: who ranks by them learns nothing from these."""
    fine = np.isfinite(proba).all(axis=1)
    if fine.all():
        return proba
    found = proba.copy()
    found[~fine] = 1 / max(1, proba.shape[1])
    return found


def _arrays(one: Any, is_weight: bool, deep: int, seen: set[int]) -> Iterator[tuple[bool, Array]]:
    """The arrays of floats in an estimator, each once, with whether it is a weight of a linear model."""
    if deep < 0 or id(one) in seen:
        return
    if not isinstance(one, str | bytes | int | float | bool | None):
        seen.add(id(one))
    if isinstance(one, np.ndarray):
        if one.dtype.kind == "f":
            yield is_weight, one
        elif one.dtype.kind == "O":
            yield from _all(one.ravel().tolist(), is_weight, deep, seen)
    elif hasattr(one, "toarray") and hasattr(one, "data"):
        yield from _arrays(one.data, is_weight, deep - 1, seen)
    elif isinstance(one, dict):
        for name, value in one.items():
            yield from _arrays(value, is_weight or name in WEIGHTS, deep - 1, seen)
    elif isinstance(one, list | tuple):
        yield from _all(one, is_weight, deep, seen)
    elif hasattr(one, "__dict__") and not isinstance(one, type):
        yield from _arrays(vars(one), is_weight, deep - 1, seen)


def _all(many: Any, is_weight: bool, deep: int, seen: set[int]) -> Iterator[tuple[bool, Array]]:
    for value in many:
        yield from _arrays(value, is_weight, deep - 1, seen)
