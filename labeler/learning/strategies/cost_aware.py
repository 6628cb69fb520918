"""Gain per second of labeling."""

import numpy as np
from numpy.random import Generator

from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import COST, Pool, Ranking, strategy


@strategy("cost_aware", wants={COST})
def cost_aware(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items that are uncertain for the time that they take to label come first.

    pool.proba: float (items, classes); pool.cost: seconds (items,), above 0; without it this is `margin`.
    Returns n distinct positions and (1 - margin) / cost as a share of the highest, highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool for costs that
    are no numbers above 0.
    Source: Settles, Craven and Friedland 2008, "Active Learning with Real Annotation Costs".
    """
    assert pool.proba is not None
    close = closeness(pool.proba)
    if pool.cost is None:
        return Ranking.of(close, n)
    gain = close / np.asarray(pool.cost, dtype=np.float64)
    highest = float(gain.max())
    return Ranking.of(gain / highest if highest > 0 else gain, n)
