"""Query strategies: one function per file, registered by its decorator; found by being here, or by an entry point."""

from numpy.random import Generator

from labeler.learning.strategies.ranking import rank
from labeler.learning.strategies.registry import (
    CLASSIFIER,
    COST,
    FEATURES,
    POSITIVE,
    Pool,
    Ranking,
    Strategy,
    find,
    registered,
    strategy,
)

get_strategy = find


def strategies(problem: str = "classification") -> list[tuple[str, str]]:
    """Name and summary of every strategy for this problem; costs no import of scikit-learn."""
    return [(one.name, one.summary) for one in registered().values() if one.problem == problem]


def query(name: str, pool: Pool, n: int, rng: Generator) -> Ranking:
    """The n items that the named strategy wants labeled next, as one batch."""
    return find(name).function(pool, n, rng)


__all__ = [
    "CLASSIFIER",
    "COST",
    "FEATURES",
    "POSITIVE",
    "Pool",
    "Ranking",
    "Strategy",
    "get_strategy",
    "query",
    "rank",
    "strategies",
    "strategy",
]
