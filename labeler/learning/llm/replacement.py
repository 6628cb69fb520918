"""Whether a language model may stand in for one person: the alternative annotator test.

Each person in turn is left out, and the model and that person are held against what the others say of the same items.
Source: Calderon, Reichart and Dror 2025, "The Alternative Annotator Test for LLM-as-a-Judge", arXiv 2501.10970.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST_PEOPLE = 3
LEAST_ITEMS = 30
EPSILON = 0.15
"""What a model may be behind a person, for costing less: the paper's value for skilled annotators."""
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Replacement:
    """stands_in: None while it can't be told. winning: share of the people whom the model can replace; advantage: how
    often, on average, it is at least as near to the others as the person is."""

    stands_in: bool | None
    people: int
    items: int
    winning: float | None = None
    advantage: float | None = None


def replacement(
    model: Mapping[Any, Any], people: Sequence[Mapping[Any, Any]], distance: Callable[[Any, Any], float]
) -> Replacement:
    """model, and each of the people: item to value. distance: of two values, in [0, 1]."""
    tested = [found for left_out in range(len(people)) if (found := _held_against(left_out, model, people, distance))]
    enough = [one for one in tested if len(one) >= LEAST_ITEMS]
    given = Counter(item for one in people for item in one if item in model)
    items = sum(n > 1 for n in given.values())
    if len(enough) < LEAST_PEOPLE:
        return Replacement(None, len(enough), items)
    chances = [_chance(np.array([worse - better for better, worse in one])) for one in enough]
    rejected = _benjamini_yekutieli(chances, FALSE_DISCOVERIES)
    winning = float(np.mean(rejected))
    advantage = float(np.mean([np.mean([better for better, _ in one]) for one in enough]))
    return Replacement(winning >= 0.5, len(enough), items, winning, advantage)


def _held_against(
    left_out: int,
    model: Mapping[Any, Any],
    people: Sequence[Mapping[Any, Any]],
    distance: Callable[[Any, Any], float],
) -> list[tuple[float, float]]:
    """By item: whether the model is at least as near to the others as the person, and the other way round."""
    person, others = people[left_out], [one for place, one in enumerate(people) if place != left_out]
    found = []
    for item in person.keys() & model.keys():
        said = [one[item] for one in others if item in one]
        if said:
            theirs = np.mean([distance(person[item], value) for value in said])
            its = np.mean([distance(model[item], value) for value in said])
            found.append((float(its <= theirs), float(theirs <= its)))
    return found


def _chance(differences: np.ndarray[Any, Any]) -> float:
    """Of such differences (person wins less model wins) where the person is better by EPSILON or more: one-sided t."""
    from scipy.stats import ttest_1samp

    if np.ptp(differences) == 0:
        return 0.0 if differences[0] < EPSILON else 1.0
    return float(ttest_1samp(differences, EPSILON, alternative="less").pvalue)


def _benjamini_yekutieli(chances: Sequence[float], rate: float) -> list[bool]:
    """Which of these tests reject, with so many false ones among them at most, however they hang together."""
    n = len(chances)
    order = np.argsort(chances)
    bound = rate * np.arange(1, n + 1) / (n * np.sum(1 / np.arange(1, n + 1)))
    below = np.flatnonzero(np.asarray(chances)[order] <= bound)
    rejected = np.zeros(n, dtype=bool)
    if len(below):
        rejected[order[: below[-1] + 1]] = True
    return [bool(one) for one in rejected]
