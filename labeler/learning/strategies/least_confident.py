"""Least confident: even the likeliest label is unlikely."""

from numpy.random import Generator

from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("least_confident")
def least_confident(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose likeliest label is least likely come first.

    pool.proba: float array (items, classes), rows sum to 1.
    Returns n distinct positions and 1 - highest probability, scaled to [0, 1], highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba.
    Source: Lewis and Gale 1994, "A Sequential Algorithm for Training Text Classifiers".
    """
    assert pool.proba is not None
    k = pool.proba.shape[1]
    return Ranking.of((1.0 - pool.proba.max(axis=1)) * k / (k - 1), n)
