"""For items with any number of labels: each label is a question of its own."""

from typing import Any

from labeler.learning.models.registry import Categorical, LogRange, model


@model(
    "one_vs_rest",
    trusted=("labeler.learning.estimators.one_vs_rest.OneVsRest",),
    space={"C": LogRange(0.03, 30.0), "class_weight": Categorical(("balanced", None))},
    problem="multilabel",
)
def one_vs_rest(random_state: int, C: float = 1.0, class_weight: str | None = "balanced") -> Any:
    """A linear SVM for each label (C=1, balanced classes), each with a measured probability."""
    from labeler.learning.estimators.one_vs_rest import OneVsRest

    return OneVsRest(C=C, class_weight=class_weight, random_state=random_state)
