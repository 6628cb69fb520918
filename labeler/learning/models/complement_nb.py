"""Complement naive Bayes: trained in no time, strong on short texts with few labels."""

from typing import Any

from labeler.learning.models.registry import Categorical, LogRange, model


@model(
    "complement_nb",
    trusted=("labeler.learning.estimators.complement_nb.ComplementBayes",),
    space={"alpha": LogRange(0.01, 10.0), "norm": Categorical((False, True))},
)
def complement_nb(random_state: int, alpha: float = 0.3, norm: bool = False) -> Any:
    """Complement naive Bayes (alpha=0.3), softmax of decisions with a measured temperature."""
    from labeler.learning.estimators.complement_nb import ComplementBayes

    return ComplementBayes(alpha=alpha, norm=norm, random_state=random_state)
