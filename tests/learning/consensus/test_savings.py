"""What asking one more only where an answer is not certain saves: against simulations whose answer is known."""

import numpy as np
import pytest

from labeler.learning.consensus.savings import MOST, saved_by_adapting


def adaptive(seed: int, items: int, accuracy: float, certainty: float, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Two labels each, then one at a time until certain: the answers' confidence, and how many labels each took."""
    rng = np.random.default_rng(seed)
    weight = np.log(accuracy / (1 - accuracy))
    confidence, given = np.empty(items), np.empty(items)
    for item in range(items):
        votes, n = 0.0, 0
        while n < 2 or (n < most and 1 / (1 + np.exp(-abs(votes))) < certainty):
            votes += weight if rng.random() < accuracy else -weight
            n += 1
        confidence[item], given[item] = 1 / (1 + np.exp(-abs(votes))), n
    return confidence, given


@pytest.mark.whole
@pytest.mark.parametrize("accuracy", [0.7, 0.85])
def test_it_is_what_a_fixed_number_would_have_taken(accuracy: float) -> None:
    confidence, given = adaptive(0, 600, accuracy, 0.95, 20)
    people = np.full(5, accuracy)
    found = saved_by_adapting(people, np.full(5, 0.01), np.ones(5), 2, confidence, given, seed=0)
    again = saved_by_adapting(people, np.full(5, 0.01), np.ones(5), 2, confidence, given, seed=0)
    assert found == again
    wanted = float(confidence.mean())
    sure = [exact(accuracy, number) for number in range(1, MOST + 1)]
    fixed = np.interp(wanted, np.maximum.accumulate(sure), np.arange(1, MOST + 1))
    assert found.fixed == pytest.approx(fixed, rel=0.1)
    assert found.low < 1 - given.mean() / fixed < found.high
    assert 0 < found.low < found.share < found.high < 1


def exact(accuracy: float, number: int) -> float:
    """How certain the answer of so many people is, of two possible ones."""
    from scipy.stats import binom

    odds = accuracy / (1 - accuracy)
    return float(
        sum(
            (binom.pmf(right, number, accuracy) + binom.pmf(number - right, number, accuracy))
            / 2
            * (1 / (1 + odds ** -abs(2.0 * right - number)))
            for right in range(number + 1)
        )
    )


def test_people_at_chance_save_nothing_and_break_nothing() -> None:
    found = saved_by_adapting(
        np.array([0.5]), np.array([0.2]), np.ones(1), 2, np.full(50, 0.5), np.full(50, 20.0), seed=1
    )
    assert found.low <= 0 and np.isfinite(found).all()
