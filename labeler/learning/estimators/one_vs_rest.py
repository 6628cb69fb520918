"""One linear SVM for each label: any number of labels per item."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from labeler.learning.errors import TooFewLabels
from labeler.learning.estimators.softmax import out_of_fold
from labeler.learning.multilabel import as_indicator, is_learnable
from labeler.learning.numeric.types import Array

_FIXED = (6.0, 0.0)  # what the softmax of a linear SVM takes with too few labels to measure one, and no shift
_TRUST = 0.5


class OneVsRest(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A linear SVM a label, against the items without it, with a probability of its own.

    C: inverse regularization. class_weight "balanced" lifts labels that few items have.
    Learned: classes_ (labels,), coef_ (labels, features), intercept_, slope_ and shift_ (labels,), all float32. A
    label that all items have, or none, keeps that share as its probability.
    Source of the probabilities: Platt 1999, "Probabilistic Outputs for Support Vector Machines", on decisions of
    models that did not see the item: balanced classes shift the decisions about rare labels, which a slope alone
    would not mend.
    """

    def __init__(self, C: float = 1.0, class_weight: str | None = "balanced", random_state: int = 0) -> None:
        self.C = C
        self.class_weight = class_weight
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> "OneVsRest":
        """X: sparse or dense (items, features); y: sets of labels, or 0s and 1s (items, labels).

        Raises TooFewLabels unless there is a label that some items have and others don't, InvalidFeatures when y
        is none of these.
        """
        from threadpoolctl import threadpool_limits

        self.classes_, indicator = as_indicator(y)
        if not is_learnable(indicator):
            raise TooFewLabels("needs a label that some items have and others don't")
        labels = len(self.classes_)
        self.coef_ = np.zeros((labels, X.shape[1]), dtype=np.float32)
        self.intercept_ = np.zeros(labels, dtype=np.float32)
        self.slope_, self.shift_ = np.ones(labels, dtype=np.float32), np.zeros(labels, dtype=np.float32)
        with threadpool_limits(1):
            for number in range(labels):
                self._learn(number, X, indicator[:, number])
        self.n_features_in_ = X.shape[1]
        return self

    def _learn(self, number: int, X: Any, has: Array) -> None:
        positive = int(has.sum())
        if positive in (0, len(has)):
            share = (positive + 1) / (len(has) + 2)
            self.shift_[number] = np.log(share / (1 - share))
            return
        codes = has.astype(np.int64)
        fitted = self._svm().fit(X, codes)
        self.coef_[number], self.intercept_[number] = fitted.coef_[0], fitted.intercept_[0]
        unseen = out_of_fold(self._svm, X, codes, 2, self.random_state)
        self.slope_[number], self.shift_[number] = _FIXED if unseen is None else _platt(unseen[0][:, 1], unseen[1])

    def decision_function(self, X: Any) -> Array:
        """Logits, float32 (items, labels): above 0 where the label is likelier than not."""
        distance = np.asarray(X @ self.coef_.T, dtype=np.float32) + self.intercept_
        return distance * self.slope_ + self.shift_

    def predict_proba(self, X: Any) -> Array:
        """How likely each item has each label, float32 (items, labels); rows sum to anything."""
        return np.asarray(1 / (1 + np.exp(-np.clip(self.decision_function(X), -30, 30))), dtype=np.float32)

    def predict(self, X: Any) -> Array:
        """Which labels each item more likely has than not: 0s and 1s (items, labels)."""
        return (self.decision_function(X) > 0).astype(np.int64)

    def _svm(self) -> Any:
        from sklearn.svm import LinearSVC

        return LinearSVC(C=self.C, class_weight=self.class_weight, random_state=self.random_state, max_iter=2000)


def _platt(decisions: Array, codes: Array) -> tuple[float, float]:
    """Slope and shift under which the codes are likeliest, held near the fixed ones where labels are few."""
    from scipy.optimize import minimize

    positive = codes.sum()
    target = np.where(codes == 1, (positive + 1) / (positive + 2), 1 / (len(codes) - positive + 2))

    def cost(given: Array) -> float:
        logits = np.exp(given[0]) * decisions + given[1]
        away = (given[0] - np.log(_FIXED[0])) ** 2 + (given[1] - _FIXED[1]) ** 2
        return float(np.sum(np.logaddexp(0, logits) - target * logits) + _TRUST * away)

    found = minimize(cost, np.array([np.log(_FIXED[0]), _FIXED[1]]), method="L-BFGS-B", bounds=[(-2, 4), (-10, 10)])
    return float(np.exp(found.x[0])), float(found.x[1])
