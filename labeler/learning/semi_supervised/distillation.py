"""A student: what a model that has a map of a part of the pool would say of the pool's other items.

It learns by features alone, from the model's answers about the part (Hinton, Vinyals and Dean 2015, "Distilling the
Knowledge in a Neural Network"): by ridge regression, and on tables by extremely randomized trees as well, half each.

What this is worth, on texts and tables: docs/decisions/0004-distillation.md
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.batch_predict import CHUNK_ROWS, BatchPredictor, predict_blocks
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.numeric.parallel import Over, in_threads
from labeler.learning.numeric.types import Array
from labeler.learning.trained_model import TrainedModel

ALPHA = 0.3  # of 0.3, 1 and 3 the best on all sets and at all numbers of labels
TREES = 50
LEAST = 1e-3  # probability


@dataclass(frozen=True)
class Student:
    """coefficients: float32 (features, classes), intercept: (classes,), of the ridge regression; trees: of a table's
    cells, None for texts; normalized: whether an item's probabilities sum to 1."""

    pipeline: FeaturePipeline
    coefficients: Array
    intercept: Array
    trees: Any = None
    normalized: bool = True

    @classmethod
    def of(cls, pipeline: FeaturePipeline, features: Any, proba: Array, normalized: bool = True) -> "Student":
        """Taught by these probabilities (items, classes) of items with these features (items, features)."""
        from sklearn.ensemble import ExtraTreesRegressor
        from sklearn.linear_model import Ridge

        line = Ridge(ALPHA, solver="sparse_cg", tol=1e-3, max_iter=50).fit(features, proba)
        cells, trees = pipeline.cells(features), None
        if cells is not None:
            trees = ExtraTreesRegressor(TREES, min_samples_leaf=2, random_state=0).fit(cells, proba)
        coefficients = np.ascontiguousarray(line.coef_.T, dtype=np.float32)
        return cls(pipeline, coefficients, line.intercept_.astype(np.float32), trees, normalized)

    def predict_proba(self, features: Any) -> Array:
        """Probabilities (items, classes) by features alone; rows sum to 1."""
        proba = self._scaled(np.asarray(features @ self.coefficients) + self.intercept)
        if self.trees is None:
            return proba
        return (proba + self._scaled(self.trees.predict(self.pipeline.cells(features)))) / 2

    def _scaled(self, scores: Array) -> Array:
        if not self.normalized:
            return np.clip(scores, LEAST, 1 - LEAST)
        proba = np.clip(scores, LEAST, None)
        return np.asarray(proba / proba.sum(axis=1, keepdims=True))


def predict_beyond(
    model: TrainedModel,
    blocks: Iterable[Any],
    features: Any,
    places: Array,
    taught: Array,
    over: Over = in_threads,
    normalized: bool = True,
) -> Array:
    """Probabilities of every item of a pool of which the model's graph holds a part, float32 (items, classes).

    blocks: raw features of the whole pool, in its order; places: where in it the part's items are, features: theirs;
    taught: the model's own probabilities of them, which stay as they are. over: see `predict_pool`; normalized: whether
    an item's probabilities sum to 1.
    """
    student = BatchPredictor(model.pipeline, Student.of(model.pipeline, features, taught, normalized))
    proba = predict_blocks(student, blocks, len(model.classes), CHUNK_ROWS, over)
    proba[places] = taught
    return proba


def predict_part(model: TrainedModel, features: Any, graph: Any, flow: Array) -> Array:
    """Probabilities of the items in a model's graph, float32 (items, classes), by their features."""
    scorer = BatchPredictor.of(model)

    def scored(start: int) -> Array:
        mine = slice(start, start + CHUNK_ROWS)
        return scorer.score(features[mine], graph.vectors[mine], graph.smooth[mine], flow[mine])

    return np.concatenate(list(in_threads(scored, range(0, len(graph), CHUNK_ROWS))))
