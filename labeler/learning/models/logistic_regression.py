"""Multinomial logistic regression: better calibrated on many labels, slower than the linear SVM."""

from typing import Any

from labeler.learning.models.registry import Categorical, LogRange, model


@model(
    "logistic_regression",
    trusted=("labeler.learning.estimators.logistic.Logistic",),
    space={"C": LogRange(0.3, 300.0), "class_weight": Categorical(("balanced", None))},
)
def logistic_regression(random_state: int, C: float = 10.0, class_weight: str | None = "balanced") -> Any:
    """Multinomial logistic regression (C=10, balanced classes), probabilities with a measured temperature."""
    from labeler.learning.estimators.logistic import Logistic

    return Logistic(C=C, class_weight=class_weight, random_state=random_state)
