"""How good ratings are, on rated items that the model never saw."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.evaluation.report import Report
from labeler.learning.numeric.types import Array

PROBLEM = "ordinal"


@dataclass(frozen=True)
class Judged:
    """true, predicted: float64 (items,), ratings; expected: float64 (items,), the mean of what is predicted."""

    true: Array
    predicted: Array
    expected: Array

    def __len__(self) -> int:
        return len(self.true)


def evaluate(true: Array, predicted: Array, expected: Array, seed: int) -> Report:
    """Judge predicted ratings; views: confusion (levels by level), errors: how often each difference occurs."""
    from labeler.learning.evaluation.metrics import measure, primary_metric

    judged = Judged(np.asarray(true, dtype=np.float64), np.asarray(predicted), np.asarray(expected))
    views = {"confusion": _confusion(judged), "errors": _errors(judged)}
    return Report(primary_metric(PROBLEM), measure(PROBLEM, judged, seed), views)


def quadratic_kappa(true: Array, predicted: Array, weights: Array) -> Array:
    """Agreement beyond chance, errors counting by their square: (samples,); weights: (samples, items).

    Source: Cohen 1968, "Weighted Kappa".
    """
    total = weights.sum(axis=1)
    apart = weights @ ((true - predicted) ** 2) / total
    means = [weights @ side / total for side in (true, predicted)]
    squares = [weights @ side**2 / total for side in (true, predicted)]
    chance = squares[0] + squares[1] - 2 * means[0] * means[1]
    return np.asarray(np.where(chance > 0, 1 - apart / np.maximum(chance, 1e-12), 1.0))


def _confusion(judged: Judged) -> dict[str, Any]:
    """Of the levels that occur; none with more than 30 of them."""
    levels = np.unique(np.concatenate([judged.true, judged.predicted]))
    names = [f"{level:g}" for level in levels]
    if len(levels) > 30:
        return {"labels": [], "matrix": []}
    k = len(levels)
    rows, columns = np.searchsorted(levels, judged.true), np.searchsorted(levels, judged.predicted)
    return {"labels": names, "matrix": np.bincount(rows * k + columns, minlength=k * k).reshape(k, k).tolist()}


def _errors(judged: Judged) -> list[dict[str, float]]:
    """How many items are off by how much, most negative first."""
    off, times = np.unique(np.round(judged.predicted - judged.true, 9), return_counts=True)
    return [{"off": float(one), "items": int(n)} for one, n in zip(off, times, strict=True)]
