"""Chance: what every other strategy has to beat."""

from numpy.random import Generator

from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("random", needs="none")
def random(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Any items, each as likely as the other.

    Returns n distinct positions into the pool and chance scores in [0, 1], highest first.
    Raises TooFewItems when the pool holds fewer than n.
    """
    return Ranking.of(rng.random(len(pool)), n)
