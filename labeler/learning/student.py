"""A student: what a model that sees sentence vectors would say of items that have none yet.

It learns by features alone, from the model's answers about the part of the pool that has vectors (Hinton, Vinyals and
Dean 2015, "Distilling the Knowledge in a Neural Network"). Measured with 2,000 items in the part and 25 to 200 labels,
4 draws: the student is right in 0.51 to 0.75 of the other items of trec6 and 0.72 to 0.86 of agnews; the best model
without sentence vectors, on the same labels, in 0.43 to 0.69 and 0.66 to 0.82; a linear SVM in 0.35 to 0.67 and 0.34
to 0.76. On sms all three learn the same to a point or two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.scoring import CHUNK_ROWS, Scorer, score_blocks
from labeler.learning.threads import Over, in_threads
from labeler.learning.trained import TrainedModel

Array = np.ndarray[Any, Any]

ALPHA = 0.3  # of 0.3, 1 and 3 the best on all sets and at all numbers of labels
LEAST = 1e-3  # probability


@dataclass(frozen=True)
class Student:
    """Ridge regression of probabilities. coefficients: float32 (features, classes); intercept: (classes,)."""

    coefficients: Array
    intercept: Array

    @classmethod
    def of(cls, features: Any, proba: Array) -> "Student":
        """Taught by these probabilities (items, classes) of items with these features (items, features)."""
        from sklearn.linear_model import Ridge

        fitted = Ridge(ALPHA, solver="sparse_cg", tol=1e-3, max_iter=50).fit(features, proba)
        return cls(np.ascontiguousarray(fitted.coef_.T, dtype=np.float32), fitted.intercept_.astype(np.float32))

    def predict_proba(self, features: Any) -> Array:
        """Probabilities (items, classes) by features alone; rows sum to 1."""
        proba = np.clip(np.asarray(features @ self.coefficients) + self.intercept, LEAST, None)
        return np.asarray(proba / proba.sum(axis=1, keepdims=True))


def score_beyond(
    model: TrainedModel, blocks: Iterable[Any], features: Any, places: Array, taught: Array, over: Over = in_threads
) -> Array:
    """Probabilities of every item of a pool of which the model's map holds a part, float32 (items, classes).

    blocks: raw features of the whole pool, in its order; places: where in it the part's items are, features: theirs;
    taught: the model's own probabilities of them, which stay as they are. over: see `score_pool`.
    """
    student = TrainedModel(model.pipeline, Student.of(features, taught), model.classes, "student")
    proba = score_blocks(student, blocks, CHUNK_ROWS, over)
    proba[places] = taught
    return proba


def score_part(model: TrainedModel, features: Any, around: Any, flow: Array) -> Array:
    """Probabilities of the items that a model's map (PoolMap) holds, float32 (items, classes), by their features."""
    scorer = Scorer.of(model)

    def scored(start: int) -> Array:
        mine = slice(start, start + CHUNK_ROWS)
        return scorer.score(features[mine], around.vectors[mine], around.smooth[mine], flow[mine])

    return np.concatenate(list(in_threads(scored, range(0, len(around), CHUNK_ROWS))))
