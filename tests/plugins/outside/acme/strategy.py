from numpy.random import Generator

from labeler.learning.strategies import Pool, Ranking, strategy


@strategy("acme_first_label")
def first_label(pool: Pool, n: int, rng: Generator) -> Ranking:
    """The items that most likely bear the first label come first."""
    assert pool.proba is not None
    return Ranking.of(pool.proba[:, 0], n)
