"""What the way somebody labels says, and what it does not: the queue brings like items one after the other."""

import numpy as np
import pytest

from labeler.insight.habits import Latest, habits_of


def latest(*given: np.ndarray, right: np.ndarray | None = None) -> Latest:
    """The labels of people 1, 2, …, each in their order."""
    people = np.concatenate([np.full(len(one), n) for n, one in enumerate(given, start=1)])
    codes = np.concatenate(given)
    nothing = np.full(len(codes), np.nan)
    return Latest(people, codes, nothing, nothing if right is None else right)


def clumps(seed: int, n: int = 400) -> np.ndarray:
    """Two answers, each of which comes about twenty times in a row: like items, one after the other."""
    turns = np.random.default_rng(seed).random(n) < 0.05
    return np.cumsum(turns) % 2


def mixed(seed: int, n: int = 400) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, n)


def test_one_answer_again_and_again_is_told_where_others_mix_them() -> None:
    lazy = mixed(3, 100)
    lazy[40:80] = 1
    found = habits_of(latest(lazy, mixed(1), mixed(2)))
    assert found[1].run is not None and found[1].run >= 40 and found[1].run_of == 1
    assert found[2].run is None and found[3].run is None


@pytest.mark.parametrize("seed", range(20))
def test_nobody_is_told_of_runs_that_the_queue_brings_to_all(seed: int) -> None:
    found = habits_of(latest(clumps(seed), clumps(seed + 100), clumps(seed + 200)))
    assert [one.run for one in found.values()] == [None, None, None]


def test_a_run_is_nobodys_fault_where_others_said_the_same_of_its_items() -> None:
    careful = mixed(3, 100)
    careful[40:80] = 1
    right = np.full(900, np.nan)
    right[[45, 55, 65]] = 1.0
    assert habits_of(latest(careful, mixed(1), mixed(2), right=right))[1].run is None
    right[60] = 0.0
    assert habits_of(latest(careful, mixed(1), mixed(2), right=right))[1].run is not None
