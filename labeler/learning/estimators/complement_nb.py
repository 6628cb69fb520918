"""Complement naive Bayes: a class is what the other classes are not, which helps where classes are uneven."""

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, issparse

from labeler.learning.estimators.calibrated import Calibrated
from labeler.learning.numeric.types import Array


class ComplementBayes(Calibrated):
    """Complement naive Bayes over features of any sign.

    alpha: smoothing; norm: whether each class's weights are scaled to the same sum.
    The model counts, so it needs features of 0 or more. n-grams are; the standardized numbers of table rows
    and sentence vectors are not. Shifting those by their minimum would make sparse rows dense and let every item
    "count" something that it does not have; clipping would lose half of each. So a column that is
    ever negative becomes two, what it has above 0 and what it has below.
    Learned: classes_, signed_ int (columns,), those that were ever negative; coef_ (classes, features + columns)
    float32, scale_.
    Source: Rennie et al. 2003, "Tackling the Poor Assumptions of Naive Bayes Text Classifiers".
    """

    fixed_scale = 4.0

    def __init__(self, alpha: float = 0.3, norm: bool = False, random_state: int = 0, calibrated: bool = True) -> None:
        self.alpha = alpha
        self.norm = norm
        self.random_state = random_state
        self.calibrated = calibrated

    def _learn(self, X: Any, codes: Array, classes: int) -> None:
        from sklearn.naive_bayes import ComplementNB

        lowest = X.min(axis=0)
        lowest = np.asarray(lowest.todense() if issparse(lowest) else lowest).ravel()
        self.signed_ = np.flatnonzero(lowest < 0)
        fitted = ComplementNB(alpha=self.alpha, norm=self.norm).fit(self._counts(X), codes)
        weights = fitted.feature_log_prob_
        # Only differences between classes count; around their mean, the temperature's fixed value fits too.
        self.coef_ = np.ascontiguousarray(weights - weights.mean(axis=0), dtype=np.float32)

    def decision_function(self, X: Any) -> Array:
        """What the items' features say for each class against the mean of all, float32 (items, classes)."""
        return np.asarray(self._counts(X) @ self.coef_.T, dtype=np.float32)

    def _counts(self, X: Any) -> Any:
        below = -X[:, self.signed_]
        if not issparse(X):
            return np.hstack([np.maximum(X, 0), np.maximum(below, 0)])
        return csr_matrix(hstack([X.maximum(0), csr_matrix(below).maximum(0)], format="csr"))
