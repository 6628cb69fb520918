"""What an item will cost to label."""

import numpy as np
import pytest

from labeler.learning.cost import FEWEST, labeling_seconds


def test_longer_items_cost_more_and_breaks_do_not_count():
    rng = np.random.default_rng(0)
    sizes = rng.integers(10, 400, 200)
    seconds = 2 + 0.02 * sizes + rng.normal(0, 0.3, 200)
    seconds[::20] = 600
    found = labeling_seconds(sizes, seconds, np.array([20, 200, 2000]))
    assert found == pytest.approx([2.4, 6, 42], rel=0.15)


def test_a_size_that_tells_nothing_gives_everyone_the_median():
    assert labeling_seconds(np.full(50, 7), np.linspace(1, 3, 50), np.array([1, 7, 900])) == pytest.approx([2, 2, 2])


def test_larger_items_never_count_as_quicker():
    found = labeling_seconds(np.arange(1, 101), np.linspace(9, 1, 100), np.array([1, 50, 100]))
    assert len(set(found.tolist())) == 1


@pytest.mark.parametrize("timed", [0, FEWEST - 1])
def test_too_few_timed_labels_say_nothing(timed):
    assert labeling_seconds(np.arange(timed), np.ones(timed), np.array([3])) is None


def test_impossible_times_are_left_out():
    seconds = np.concatenate([np.full(30, 4.0), [np.nan, -1, 0, np.inf]])
    assert labeling_seconds(np.arange(34), seconds, np.array([5])) == pytest.approx([4])
