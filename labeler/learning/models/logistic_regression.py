"""Multinomial logistic regression: better calibrated on many labels, slower than the linear SVM."""

from typing import Any

import numpy as np

from labeler.learning.models.registry import model


@model("logistic_regression")
def logistic_regression(random_state: int) -> Any:
    """Multinomial logistic regression (C=10, balanced classes), with its own probabilities."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(
        C=10.0, class_weight="balanced", max_iter=1000, random_state=np.int32(random_state).item()
    )
