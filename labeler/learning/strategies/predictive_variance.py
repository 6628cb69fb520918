"""For ratings: where the model's prediction is spread most over the scale."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("predictive_variance", order="predictive_variance", problem="ordinal")
def predictive_variance(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose predicted rating has the largest variance.

    pool.proba: float (items, levels), rows sum to 1, levels rising and taken to be equally far apart. Returns n
    distinct positions and their standard deviations as shares of the largest possible one, highest first. Raises
    TooFewItems when the pool holds fewer than n, NeedsModel without proba.
    Source: Cohn, Ghahramani and Jordan 1996, "Active Learning with Statistical Models".
    """
    assert pool.proba is not None
    return Ranking.of(spread_of(pool.proba), n)


def spread_of(proba: Array) -> Array:
    """Standard deviation of the level, as a share of the largest there can be: float64 (items,)."""
    given = np.asarray(proba, dtype=np.float64)
    levels = np.arange(given.shape[1])
    variance = given @ levels**2 - (given @ levels) ** 2
    return np.asarray(2 * np.sqrt(np.maximum(variance, 0.0)) / max(1, given.shape[1] - 1))
