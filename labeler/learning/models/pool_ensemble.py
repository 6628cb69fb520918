"""The default model: teachers that look at the pool in different ways, weighed by evidence."""

from typing import Any

from labeler.learning.models.registry import POOL_ENSEMBLE, pool_model
from labeler.learning.numeric.types import Array


@pool_model(POOL_ENSEMBLE)
def pool_ensemble(
    problem: Any, pipeline: Any, rows: Any, positions: Array, targets: Any, unlabeled: Any, seed: int
) -> tuple[Any, Array]:
    """Several models, the pool's graph and what was written about the labels, weighed by evidence."""
    fitted: tuple[Any, Array] = problem.fit_pool(pipeline, rows, positions, targets, unlabeled, seed)
    return fitted
