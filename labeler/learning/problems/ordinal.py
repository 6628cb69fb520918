"""Ordinal: a number on a scale."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.contents import Content
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.report import Report
from labeler.learning.numeric.types import Array
from labeler.learning.problems.base import Problem, Targets, problem


@problem("ordinal")
class Ordinal(Problem):
    """A cumulative model over the pool's teachers (`semi_supervised/ordinal.py`). A prediction is the median level,
    which makes the mean absolute error smallest; `expected` is the mean."""

    default_strategy = "variance_reduction"
    default_model = "linear_svm"
    families = ("ordinal", "classification")
    wants = frozenset({"statistics"})

    def encode(self, values: Sequence[Any]) -> Targets:
        """Classes are the numbers that some item has, rising."""
        levels, codes = np.unique(np.asarray(list(values), dtype=np.float64), return_inverse=True)
        return Targets([text_of_level(level) for level in levels], codes)

    def why_not(self, targets: Targets) -> str | None:
        return None if len(targets.classes) >= 2 else "needs two different ratings"

    def fit_pool(
        self, pipeline: Any, rows: Any, positions: Array, targets: Targets, unlabeled: Any, seed: int
    ) -> tuple[Any, Array]:
        from labeler.learning.fitting import fit_ordinal_pool

        return fit_ordinal_pool(pipeline, rows, positions, targets, unlabeled, seed)

    def fit_alone(
        self, pipeline: Any, rows: Any, targets: Targets, model: Any, params: Mapping[str, Any], seed: int
    ) -> Any:
        from labeler.learning.supervised import train

        # Classifiers sort their classes as text: numbers of one width keep the levels' order.
        trained = train(pipeline, rows, [f"{code:06d}" for code in targets.y], model=model, params=params, seed=seed)
        trained.classes = list(targets.classes)
        return trained

    def decode(self, row: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
        """The median level, the mean, and the probability of each level."""
        levels = levels_of(classes)
        value = levels[int(median_of(row[None])[0])]
        proba = {name: round(float(share), 5) for name, share in zip(classes, row, strict=True)}
        return {"value": number_of_level(value), "expected": round(float(row @ levels), 4), "proba": proba}

    def outcomes(self, proba: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> Array:
        return np.array(classes, dtype=np.str_)[median_of(proba)][:, None]

    def confidence(self, proba: Array) -> Array:
        """How sure the likeliest level is."""
        return np.asarray(proba.max(axis=1))

    def evaluate(
        self, values: Sequence[Any], proba: Array, classes: Sequence[str], settings: Mapping[str, Any], seed: int
    ) -> Report:
        from labeler.learning.evaluation.ordinal import evaluate

        levels = levels_of(classes)
        return evaluate(np.asarray(values, dtype=np.float64), levels[median_of(proba)], proba @ levels, seed)

    def baselines(
        self,
        contents: Sequence[Content],
        values: Sequence[Any],
        held_contents: Sequence[Content],
        held_values: Sequence[Any],
        seed: int,
    ) -> dict[str, Report]:
        from labeler.learning.evaluation.baselines import of_ratings

        return of_ratings(contents, values, held_contents, held_values, seed)

    def score(self, estimate: Estimate, schema: Mapping[str, Any]) -> Estimate:
        """One minus the mean absolute error as a share of the scale."""
        width = _width(schema)
        figures = (estimate.value, estimate.high, estimate.low)
        value, low, high = (None if one is None else max(0.0, 1 - one / width) for one in figures)
        return Estimate(value, low, high, estimate.n)

    def unscore(self, share: float, schema: Mapping[str, Any]) -> float:
        return (1 - share) * _width(schema)

    def irreducible(
        self, first: Sequence[Any], second: Sequence[Any], behind: Array, schema: Mapping[str, Any], seed: int
    ) -> Estimate:
        from labeler.learning.evaluation.noise import of_ratings

        return of_ratings(first, second, float(schema["scale"]["step"]), _width(schema), behind, seed)


def _width(schema: Mapping[str, Any]) -> float:
    scale = schema["scale"]
    return float(scale["max"] - scale["min"])


def levels_of(classes: Sequence[str]) -> Array:
    """The numbers that classes stand for: float64 (classes,)."""
    return np.array([float(name) for name in classes])


def median_of(proba: Array) -> Array:
    """The column of each row's median level: int (items,)."""
    reached = np.cumsum(np.asarray(proba, dtype=np.float64), axis=1) >= 0.5 - 1e-9
    return np.asarray(np.where(reached.any(axis=1), reached.argmax(axis=1), proba.shape[1] - 1))


def number_of_level(level: float) -> int | float:
    return int(level) if float(level).is_integer() else float(level)


def text_of_level(level: float) -> str:
    """A level as the task type writes it: "4", "4.5"."""
    return str(number_of_level(round(float(level), 9)))
