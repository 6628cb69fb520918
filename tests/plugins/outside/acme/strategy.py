import numpy as np
from numpy.random import Generator

from labeler.learning.strategies import Pool, Ranking, strategy


@strategy("acme_newest", needs="none")
def newest(pool: Pool, n: int, rng: Generator) -> Ranking:
    """The items that came last come first."""
    return Ranking.falling(np.arange(len(pool))[::-1][:n])
