"""Multinomial logistic regression with a measured temperature: with few labels its own is too sure of itself."""

from typing import Any

import numpy as np

from labeler.learning.estimators.calibrated import Calibrated
from labeler.learning.numeric.types import Array


class Logistic(Calibrated):
    """Logistic regression.

    C: inverse regularization. class_weight: "balanced" lifts rare classes, None takes them as they come.
    Learned: classes_, coef_ (classes, features) float32, intercept_ (classes,) float32, scale_.
    """

    fixed_scale = 2.0

    def __init__(
        self, C: float = 10.0, class_weight: str | None = "balanced", random_state: int = 0, calibrated: bool = True
    ) -> None:
        self.C = C
        self.class_weight = class_weight
        self.random_state = random_state
        self.calibrated = calibrated

    def _learn(self, X: Any, codes: Array, classes: int) -> None:
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(
            C=self.C, class_weight=self.class_weight, max_iter=1000, random_state=self.random_state
        ).fit(X, codes)
        coefficients, intercept = fitted.coef_, fitted.intercept_
        if classes == 2:  # one column speaks for both sides
            coefficients = np.vstack([-coefficients, coefficients]) / 2
            intercept = np.concatenate([-intercept, intercept]) / 2
        self.coef_ = np.ascontiguousarray(coefficients, dtype=np.float32)
        self.intercept_ = np.asarray(intercept, dtype=np.float32)

    def decision_function(self, X: Any) -> Array:
        """Logits, float32 (items, classes)."""
        return np.asarray(X @ self.coef_.T, dtype=np.float32) + self.intercept_
