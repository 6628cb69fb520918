"""Smallest margin: torn between two labels."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("margin")
def margin(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose two likeliest labels are closest come first.

    pool.proba: float array (items, classes), rows sum to 1.
    Returns n distinct positions into the pool and their scores in [0, 1], highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba.
    Source: Scheffer et al. 2001, "Active Hidden Markov Models for Information Extraction".
    """
    assert pool.proba is not None
    return Ranking.of(closeness(pool.proba), n)


def closeness(proba: Array) -> Array:
    """1 minus the margin of the two likeliest classes, (items,) in [0, 1]."""
    top_two = np.partition(proba, -2, axis=1)[:, -2:]
    return np.asarray(1.0 - (top_two[:, 1] - top_two[:, 0]))
