"""Gradient boosting: for tables with many labels, whose numbers act together."""

from typing import Any

from labeler.learning.models.registry import Categorical, LogRange, model


@model(
    "gradient_boosting",
    trusted=("labeler.learning.estimators.forest.Boosting", "labeler.learning.estimators.trees.Trees"),
    space={
        "rounds": Categorical((30, 60, 120)),
        "rate": LogRange(0.03, 0.3),
        "leaves": Categorical((4, 8, 16)),
        "min_leaf": Categorical((1, 2, 5, 10)),
    },
    tables_only=True,
)
def gradient_boosting(
    random_state: int, rounds: int = 60, rate: float = 0.1, leaves: int = 8, min_leaf: int = 2
) -> Any:
    """Gradient boosting (60 rounds, balanced classes) for tables, with a measured temperature."""
    from labeler.learning.estimators.forest import Boosting

    return Boosting(rounds=rounds, rate=rate, leaves=leaves, min_leaf=min_leaf, random_state=random_state)
