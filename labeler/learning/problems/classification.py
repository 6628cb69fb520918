"""Classification: one label an item."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.contents import Content
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.report import Report
from labeler.learning.numeric.types import Array
from labeler.learning.problems.base import Problem, Targets, problem


@problem("classification")
class Classification(Problem):
    """Linear models, trees, the neighbor graph and label descriptions, weighed by evidence (`pool_ensemble`)."""

    default_strategy = "graph_margin"
    default_model = "linear_svm"
    auto_model = "What the last search found best for this project; several models together until there was one"
    families = ("classification",)

    def encode(self, values: Sequence[Any]) -> Targets:
        """Classes sorted by name."""
        if not len(values):
            return Targets([], np.zeros(0, dtype=np.int64))
        classes, codes = np.unique(np.asarray(list(values), dtype=np.str_), return_inverse=True)
        return Targets([str(name) for name in classes], codes)

    def why_not(self, targets: Targets) -> str | None:
        return None if len(targets.classes) >= 2 else "needs two labels with examples"

    def fit_pool(
        self, pipeline: Any, rows: Any, positions: Array, targets: Targets, unlabeled: Any, seed: int
    ) -> tuple[Any, Array]:
        from labeler.learning.fitting import fit_pooled

        return fit_pooled(pipeline, rows, positions, self._names(targets), unlabeled, seed)

    def fit_alone(
        self, pipeline: Any, rows: Any, targets: Targets, model: Any, params: Mapping[str, Any], seed: int
    ) -> Any:
        from labeler.learning.supervised import train

        return train(pipeline, rows, self._names(targets), model=model, params=params, seed=seed)

    def decode(self, row: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
        """The likeliest label, and all of them, likeliest first."""
        order = np.argsort(-row, kind="stable")
        proba = {classes[place]: round(float(row[place]), 5) for place in order}
        return {"value": classes[int(order[0])], "proba": proba}

    def outcomes(self, proba: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> Array:
        return np.asarray(np.array(classes, dtype=np.str_)[proba.argmax(axis=1)][:, None])

    def confidence(self, proba: Array) -> Array:
        return np.asarray(proba.max(axis=1))

    def evaluate(
        self, values: Sequence[Any], proba: Array, classes: Sequence[str], settings: Mapping[str, Any], seed: int
    ) -> Report:
        from labeler.learning.evaluation.classification import evaluate

        names = sorted({*classes, *values})
        wide = np.zeros((len(proba), len(names)), dtype=proba.dtype)
        wide[:, [names.index(name) for name in classes]] = proba  # labels that the model does not know get 0
        return evaluate(values, wide, names, seed)

    def powered(
        self,
        values: Sequence[Any],
        proba: Array,
        others: Array,
        classes: Sequence[str],
        settings: Mapping[str, Any],
    ) -> dict[str, Estimate]:
        from labeler.learning.evaluation.prediction_powered import prediction_powered

        right = self.outcomes(proba, classes, settings)[:, 0] == np.array(values, dtype=np.str_)
        return {"accuracy_powered": prediction_powered(right, self.confidence(proba), self.confidence(others))}

    def baselines(
        self,
        contents: Sequence[Content],
        values: Sequence[Any],
        held_contents: Sequence[Content],
        held_values: Sequence[Any],
        seed: int,
    ) -> dict[str, Report]:
        from labeler.learning.evaluation.baselines import of_classes

        classes = sorted({*values, *held_values})
        return of_classes(contents, values, held_contents, held_values, classes, seed)

    def irreducible(
        self, first: Sequence[Any], second: Sequence[Any], behind: Array, schema: Mapping[str, Any], seed: int
    ) -> Estimate:
        from labeler.learning.evaluation.noise import of_classes

        return of_classes(first, second, len(schema["labels"]), behind)

    def _names(self, targets: Targets) -> list[str]:
        return [targets.classes[code] for code in targets.y]
