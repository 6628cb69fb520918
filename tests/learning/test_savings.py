"""As many labels of the queue's order as teach what random labels do: found where it is known."""

import numpy as np
import pytest

from labeler.learning import problems
from labeler.learning.evaluation.judge import Judge, metric_for
from labeler.learning.evaluation.savings import FIRST, FURTHEST, Savings, measure, needed, sizes

METRIC = metric_for("classification", "")


def rises(labels: float) -> float:
    """How good a model of so many random labels is."""
    return 0.95 - labels**-0.5


def counted(rate: float, held: int, seed: int, ordered: int = 600) -> Savings:
    """Models that are right as often as `rises` says; in the queue's order a label teaches `rate` times as much. An
    item is as hard for one as for the other."""
    rng = np.random.default_rng(seed)
    hard = rng.random(ordered + held)  # below the score of a model: it is right about this item
    values = rng.integers(0, 2, ordered + held)

    def learn(taught: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, list[str], dict]:
        is_queue = taught.max() < ordered
        score = rises(len(taught) * (rate if is_queue else 1))
        own = rng.random(len(asked)) < 0.15  # of some items luck decides
        right = np.where(own, rng.random(len(asked)), hard[asked]) < score
        said = np.where(right, values[asked], 1 - values[asked])
        return np.eye(2)[said] * 0.9 + 0.05, ["0", "1"], {}

    def judge_of(asked: np.ndarray, classes: list[str], settings: dict) -> Judge:
        problem = problems.find("classification")
        assert METRIC is not None
        return Judge(problem, [str(one) for one in values[asked]], classes, settings, METRIC, {})

    places = np.arange(ordered), np.arange(ordered, ordered + held)
    found = measure(*places, learn, judge_of, np.random.default_rng(seed))
    assert found is not None
    return found


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0, 3.0])
def test_the_interval_holds_the_truth(rate: float) -> None:
    held, found = 200, []
    for seed in range(20):
        one = counted(rate, held, seed).needed
        truth = held / 2 / rate
        found.append(one.low is not None and one.low <= truth * 1.01 and truth * 0.99 <= (one.high or np.inf))
    assert sum(found) >= 18


def test_sizes_begin_small_and_end_where_the_labels_do() -> None:
    assert sizes(600, 50)[0] == FIRST and sizes(600, 50)[-1] == FURTHEST * 50
    assert sizes(40, 50)[-1] == 40 and sizes(3, 50) == [3] and sizes(0, 50) == []
    assert sizes(600, 50) == sorted(set(sizes(600, 50)))


def test_a_curve_that_does_not_come_there_has_no_number() -> None:
    labels, rng = np.array([6, 12, 24]), np.random.default_rng(0)
    curve = np.array([[0.5] * 101, [0.55] * 101, [0.6] * 101])
    found = needed(labels, curve, np.full(101, 0.9), rng)
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 24)
    there = needed(labels, curve, np.full(101, 0.55), rng)
    assert there.value == pytest.approx(12)
    assert needed(labels, curve, np.full(101, 0.1), rng).value == 6


def test_nothing_that_learns_is_no_figure() -> None:
    found = measure(np.arange(50), np.arange(50, 100), lambda taught, asked: None, None, np.random.default_rng(0))  # type: ignore[arg-type]
    assert found is None
