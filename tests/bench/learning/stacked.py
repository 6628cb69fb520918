"""The best learner of the project's first experiments, rebuilt: an SVM on graph-smoothed rows and label spreading.

Both say log probabilities; a small grid of weights is searched for the least out-of-fold log loss, held near
(1, 1), since few labels are weak evidence.
"""

from itertools import product
from typing import Any

import numpy as np
from seen import Seen
from sklearn.svm import LinearSVC

from labeler.learning.estimators.softmax import two_sided
from labeler.learning.models import get_model
from labeler.learning.semi_supervised.label_spreading import as_log_proba, spread
from labeler.learning.strategies import Pool, query

Array = np.ndarray[Any, Any]

GRID = (0.0, 0.25, 0.5, 1.0, 1.5)
HELD = 4.0
"""Log loss, summed over labels, that a distance of 1 from the weights (1, 1) costs."""

FOLDS = 5


class Stacked:
    def __init__(self, seen: Seen, seed: int) -> None:
        self._seen, self._task, self._seed = seen, seen.task, seed
        self._rng = np.random.default_rng(seed)
        self._pool_proba: Array | None = None
        self._answers: Array | None = None

    def choose(self, labeled: Array, n: int) -> Array:
        unlabeled = np.setdiff1d(np.arange(len(self._task.y)), labeled)
        X = self._seen.directions[unlabeled]
        if self._pool_proba is None:
            return unlabeled[query("coverage", Pool(X=X), n, self._rng).positions]
        pool = Pool(X=X, proba=self._pool_proba[unlabeled])
        return unlabeled[query("margin_kmeans", pool, n, self._rng).positions]

    def learn(self, labeled: Array) -> None:
        names, codes = np.unique(self._task.y[labeled], return_inverse=True)
        if len(names) < 2:
            self._pool_proba, self._answers = None, np.full(len(self._task.y_test), names[0])
            return
        seen = self._seen
        model = get_model("linear_svm").make(self._seed).fit(seen.pool.smooth[labeled], codes)
        flow = spread(seen.affinity, labeled, codes, len(names))
        weights = self._weights(labeled, codes, len(names), float(model.scale_))
        pool = [np.log(model.predict_proba(seen.pool.smooth) + 1e-12), as_log_proba(flow)]
        test = [np.log(model.predict_proba(seen.test.smooth) + 1e-12), as_log_proba(flow[seen.near].mean(axis=1))]
        self._pool_proba = np.exp(_mixed(weights, pool))
        self._answers = names[_mixed(weights, test).argmax(axis=1)]

    def answers(self) -> Array:
        assert self._answers is not None
        return self._answers

    def _weights(self, labeled: Array, codes: Array, classes: int, scale: float) -> tuple[float, float]:
        """The pair of the grid with the least out-of-fold log loss, of SVM and spreading."""
        shuffled = self._rng.permutation(len(codes))
        fold_of = np.empty(len(codes), dtype=np.int64)
        fold_of[shuffled[np.argsort(codes[shuffled], kind="stable")]] = np.arange(len(codes)) % FOLDS
        decisions = np.full((len(codes), classes), -1.0)
        held = np.empty((len(codes), classes))
        X = self._seen.pool.smooth[labeled]
        for fold in range(FOLDS):
            inside, outside = fold_of != fold, fold_of == fold
            known = np.unique(codes[inside])
            if len(known) > 1:
                fitted = LinearSVC(class_weight="balanced", random_state=self._seed).fit(X[inside], codes[inside])
                decisions[np.ix_(outside, known)] = two_sided(fitted.decision_function(X[outside]))
            flow = spread(self._seen.affinity, labeled[inside], codes[inside], classes)
            held[outside] = as_log_proba(flow[labeled[outside]])
        said = [_log_softmax(scale * decisions), held]

        def cost(pair: tuple[float, float]) -> float:
            logs = _mixed(pair, said)
            away = (pair[0] - 1) ** 2 + (pair[1] - 1) ** 2
            return float(-logs[np.arange(len(codes)), codes].sum() + HELD * away)

        return min((pair for pair in product(GRID, GRID) if sum(pair) > 0), key=cost)


def _mixed(weights: tuple[float, float], logs: list[Array]) -> Array:
    return _log_softmax(weights[0] * logs[0] + weights[1] * logs[1])


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
