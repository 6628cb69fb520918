"""Multilabel: any number of labels an item."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.contents import Content
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.report import Report
from labeler.learning.numeric.types import Array
from labeler.learning.problems.base import Problem, Targets, problem


@problem("multilabel")
class Multilabel(Problem):
    """One-vs-rest over the pool's teachers, with calibrated probabilities (`semi_supervised/multilabel.py`)."""

    default_strategy = "rare_label_uncertainty"
    default_model = "one_vs_rest"
    families = ("multilabel",)
    normalized = False

    def encode(self, values: Sequence[Any]) -> Targets:
        """Classes are the labels that some item has, sorted by name."""
        classes = sorted({str(name) for value in values for name in value})
        column = {name: place for place, name in enumerate(classes)}
        has = np.zeros((len(values), len(classes)), dtype=bool)
        for row, value in enumerate(values):
            has[row, [column[name] for name in value]] = True
        return Targets(classes, has)

    def why_not(self, targets: Targets) -> str | None:
        differs = targets.y.any(axis=0) & ~targets.y.all(axis=0) if len(targets) else np.zeros(0, dtype=bool)
        return None if differs.any() else "needs a label that some items have and others don't"

    def fit_pool(
        self, pipeline: Any, rows: Any, positions: Array, targets: Targets, unlabeled: Any, seed: int
    ) -> tuple[Any, Array]:
        from labeler.learning.fitting import fit_multilabel_pool

        return fit_multilabel_pool(pipeline, rows, positions, targets, unlabeled, seed)

    def fit_alone(
        self, pipeline: Any, rows: Any, targets: Targets, model: Any, params: Mapping[str, Any], seed: int
    ) -> Any:
        from labeler.learning.supervised import train_estimator

        sets = [[targets.classes[place] for place in np.flatnonzero(row)] for row in targets.y]
        return train_estimator(pipeline, rows, sets, model=model, params=params, seed=seed)

    def settings_of(self, model: Any) -> dict[str, Any]:
        """thresholds: by label, the probability from which on it is given."""
        thresholds = getattr(model.estimator, "thresholds", np.zeros(0))
        if not len(thresholds):
            return {}
        return {"thresholds": dict(zip(model.classes, np.round(thresholds, 6).tolist(), strict=True))}

    def decode(self, row: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
        """The labels that are given, and the probability of each, likeliest first."""
        given = row >= self._thresholds(classes, settings)
        proba = {classes[place]: round(float(row[place]), 5) for place in np.argsort(-row, kind="stable")}
        return {"value": [name for name, is_given in zip(classes, given, strict=True) if is_given], "proba": proba}

    def outcomes(self, proba: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> Array:
        given = proba >= self._thresholds(classes, settings)
        return np.where(given, np.array(classes, dtype=np.str_)[None, :], "")

    def confidence(self, proba: Array) -> Array:
        """How sure each label is of being there or not, on average."""
        return np.asarray(np.maximum(proba, 1 - proba).mean(axis=1))

    def evaluate(
        self, values: Sequence[Any], proba: Array, classes: Sequence[str], settings: Mapping[str, Any], seed: int
    ) -> Report:
        from labeler.learning.evaluation.multilabel import evaluate

        return evaluate(values, proba, classes, self._thresholds(classes, settings), seed)

    def baselines(
        self,
        contents: Sequence[Content],
        values: Sequence[Any],
        held_contents: Sequence[Content],
        held_values: Sequence[Any],
        seed: int,
    ) -> dict[str, Report]:
        from labeler.learning.evaluation.baselines import of_label_sets

        return of_label_sets(contents, values, held_contents, held_values, seed)

    def irreducible(
        self, first: Sequence[Any], second: Sequence[Any], behind: Array, schema: Mapping[str, Any], seed: int
    ) -> Estimate:
        from labeler.learning.evaluation.noise import of_label_sets

        return of_label_sets(first, second, behind, seed)

    @staticmethod
    def _thresholds(classes: Sequence[str], settings: Mapping[str, Any]) -> Array:
        known = settings.get("thresholds") or {}
        return np.array([known.get(name, 0.5) for name in classes])
