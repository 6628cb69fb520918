"""Highest entropy: spread over many labels."""

import numpy as np
from numpy.random import Generator

from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("entropy")
def entropy(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose probabilities are spread most evenly over the labels come first.

    pool.proba: float array (items, classes), rows sum to 1.
    Returns n distinct positions and their entropy as a share of the highest possible, highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba.
    Source: Shannon 1948; Settles 2009, "Active Learning Literature Survey".
    """
    assert pool.proba is not None
    logs = np.log(np.maximum(pool.proba, 1e-12))
    return Ranking.of(-(pool.proba * logs).sum(axis=1) / np.log(pool.proba.shape[1]), n)
