"""Extremely randomized trees: better than boosting with few labels, and on some texts better than lines."""

from typing import Any

from labeler.learning.models.registry import Categorical, model


@model(
    "extra_trees",
    trusted=("labeler.learning.estimators.forest.ExtraTrees", "labeler.learning.estimators.trees.Trees"),
    space={"max_features": Categorical(("sqrt", 0.15, 0.3, 0.6)), "min_leaf": Categorical((1, 2, 4))},
)
def extra_trees(random_state: int, max_features: str | float = "sqrt", min_leaf: int = 1) -> Any:
    """Extremely randomized trees (200, balanced classes), with a measured temperature."""
    from labeler.learning.estimators.forest import ExtraTrees

    return ExtraTrees(max_features=max_features, min_leaf=min_leaf, random_state=random_state)
