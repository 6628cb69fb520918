"""Which strategies can be simulated on labels that are there, and how much of it: light, for those who only ask."""

from collections.abc import Sequence

from labeler.learning.problems import Problem
from labeler.learning.strategies import COST, POSITIVE, get_strategy

FEWEST = 60
"""Labels from which on there is something to simulate."""
MOST = 2_000
"""Labels that are simulated on, a random part of more."""
MOST_STRATEGIES = 5
FEWEST_SEEDS, MOST_SEEDS = 2, 10
"""Of one seed nobody knows how far another one is."""
RANDOM = "random"


def resolved(problem: Problem, wanted: Sequence[str]) -> list[str]:
    """Names of strategies to simulate, each once, the random order last. Raises ValueError, in a sentence, for one that
    the problem does not have or that can't be simulated, and for too many."""
    known = list(dict.fromkeys([*(name for name, _ in problem.strategy_choices()), RANDOM]))
    for name in wanted:
        if name not in known:
            raise ValueError(f'"{name}" is no strategy for this kind of question; there are {", ".join(known)}.')
        if (reason := why_not(problem, name)) is not None:
            raise ValueError(f'"{name}" {reason}.')
    named = list(dict.fromkeys(problem.strategy(name) for name in wanted))
    named = [name for name in named if name != RANDOM] + [RANDOM]
    if len(named) > MOST_STRATEGIES:
        raise ValueError(
            f"At most {MOST_STRATEGIES} strategies are simulated at once; these are {len(named)} with the random "
            "order, which is always there."
        )
    return named


def why_not(problem: Problem, name: str) -> str | None:
    """Why a strategy of the problem can't be simulated, after its name; None where it can."""
    wants = get_strategy(problem.strategy(name)).wants
    if POSITIVE in wants:
        return "searches for one label; how good models become is not what it is for"
    if COST in wants:
        return "goes by the seconds that labels take, and a simulation counts labels"
    return None
