"""Query strategies: one function per file, registered by its decorator; found by being here, or by an entry point."""

from typing import Literal

from numpy.random import Generator

from labeler.learning.strategies.ranking import rank
from labeler.learning.strategies.registry import Pool, Ranking, Strategy, find, registered, strategy

get_strategy = find


def strategies(task: Literal["choice", "multi_choice"] = "choice") -> list[tuple[str, str]]:
    """Name and summary of every strategy for this task; costs no import of scikit-learn."""
    return [(one.name, one.summary) for one in registered().values() if one.task == task]


def query(name: str, pool: Pool, n: int, rng: Generator) -> Ranking:
    """The n items that the named strategy wants labeled next, as one batch."""
    return find(name).function(pool, n, rng)


__all__ = ["Pool", "Ranking", "Strategy", "get_strategy", "query", "rank", "strategies", "strategy"]
