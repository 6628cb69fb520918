"""The linear SVM: the fastest, and hard to beat on n-grams."""

from typing import Any

from labeler.learning.models.registry import Categorical, LogRange, model


@model(
    "linear_svm",
    trusted=("labeler.learning.estimators.linear_svm.LinearSVM",),
    space={"C": LogRange(0.03, 30.0), "class_weight": Categorical(("balanced", None))},
)
def linear_svm(random_state: int, C: float = 1.0, class_weight: str | None = "balanced") -> Any:
    """Linear SVM (C=1, balanced classes), softmax of decisions with a measured temperature."""
    from labeler.learning.estimators.linear_svm import LinearSVM

    return LinearSVM(C=C, class_weight=class_weight, random_state=random_state)
