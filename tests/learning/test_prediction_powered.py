import numpy as np
import pytest

from labeler.learning.evaluation.intervals import wilson
from labeler.learning.evaluation.prediction_powered import combined, lure, prediction_powered

RUNS = 600


def share_covered(estimates, truth):
    return np.mean([one.low <= truth <= one.high for one in estimates])


def drawn(scores, n, rng):
    """Positions drawn one after the other in proportion to their scores, and the probability of each draw."""
    order = np.argsort(-(np.log(scores) + rng.gumbel(size=len(scores))))[:n]
    taken = scores[order]
    return order, taken / (scores.sum() - np.concatenate([[0], np.cumsum(taken)[:-1]]))


def active_sets(accuracy, n, seed, size=1000, held=100):
    """Losses and proposals of labels drawn where the model is unsure, and the losses of a random holdout."""
    rng = np.random.default_rng(seed)
    for _ in range(RUNS):
        confidence = rng.beta(3 * accuracy, 3 * (1 - accuracy), size)
        losses = (rng.random(size) > confidence).astype(float)
        order, proposals = drawn(1.2 - confidence, n, rng)
        yield losses[order], proposals, (rng.random(held) > accuracy).astype(float)


@pytest.mark.parametrize(("accuracy", "n"), [(0.7, 50), (0.8, 400), (0.9, 100), (0.95, 100)])
def test_drawn_labels_give_the_accuracy_without_bias_and_with_honest_intervals(accuracy, n):
    estimates, joined = [], []
    for losses, proposals, held in active_sets(accuracy, n, seed=1):
        estimates.append(lure(losses, proposals, 1000))
        joined.append(combined(losses, proposals, 1000, held))
    truth = 1 - accuracy
    assert np.mean([one.value for one in estimates]) == pytest.approx(truth, abs=0.007)
    # 600 runs: 93 to 97 %, and what chance adds to it.
    assert 0.92 <= share_covered(estimates, truth) <= 0.98
    assert 0.92 <= share_covered(joined, truth) <= 0.98


def test_drawn_labels_taken_as_they_are_would_mislead():
    plain = [losses.mean() for losses, _, _ in active_sets(0.9, 100, seed=2)]
    assert np.mean(plain) > 0.15


def test_both_together_are_sharper_than_the_holdout_alone():
    losses, proposals, held = next(active_sets(0.9, 200, seed=0))
    both, alone = combined(losses, proposals, 1000, held), combined([], [], 1000, held)
    assert both.high - both.low < 0.8 * (alone.high - alone.low)
    assert both.n == 300


def test_few_drawn_labels_are_left_out():
    estimate = combined(np.zeros(29), np.full(29, 0.001), 1000, [1.0, 0.0, 0.0, 0.0])
    assert (estimate.low, estimate.high) == wilson(1, 4)
    assert estimate.n == 4


def test_uniform_draws_and_a_pool_labeled_to_the_end_give_the_plain_mean():
    losses = np.array([1.0, 0.0, 0.0, 1.0, 0.0])
    proposals = 1 / np.arange(5, 0, -1)
    assert lure(losses, proposals, 5).value == pytest.approx(0.4)
    assert lure(losses[:3], proposals[:3], 5).value == pytest.approx(1 / 3)


def test_no_errors_leave_room_for_some():
    estimate = lure(np.zeros(50), 1 / np.arange(1000, 950, -1), 1000)
    assert estimate.value == 0.0
    assert estimate.high == pytest.approx(wilson(0, 50)[1], rel=0.05)


def test_log_losses_get_an_interval_too():
    rng = np.random.default_rng(0)
    estimate = lure(rng.exponential(2.0, 100), 1 / np.arange(1000, 900, -1), 1000)
    assert estimate.low < 2.0 < estimate.high
    with pytest.raises(ValueError, match=r"expected them in \[0, 1\]"):
        combined(np.full(50, 3.0), np.full(50, 0.001), 1000, [])


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="one of each a label"):
        lure([1.0], [0.1, 0.2], 10)
    with pytest.raises(ValueError, match="pool of 1 items"):
        lure([1.0, 0.0], [0.5, 0.5], 1)
    with pytest.raises(ValueError, match="proposals above 0"):
        lure([1.0], [0.0], 10)
    with pytest.raises(ValueError, match="expected one row each"):
        prediction_powered([True], [0.5, 0.6], [0.5])
    assert lure([], [], 10).value is None
    assert combined([], [], 10, []).value is None
    assert prediction_powered([], [], [0.5]).value is None


@pytest.mark.parametrize(("accuracy", "n"), [(0.7, 100), (0.8, 50), (0.9, 400), (0.95, 50)])
@pytest.mark.parametrize("honest", [True, False])
def test_confidence_on_unlabeled_items_narrows_the_interval_and_keeps_it_honest(accuracy, n, honest):
    rng = np.random.default_rng(3)
    estimates, widths, plain = [], [], []
    for _ in range(RUNS):
        chance = rng.beta(2 * accuracy, 2 * (1 - accuracy), n + 2000)
        confidence = chance if honest else chance**0.3
        right = rng.random(n) < chance[:n]
        estimates.append(prediction_powered(right, confidence[:n], confidence[n:]))
        widths.append(estimates[-1].high - estimates[-1].low)
        low, high = wilson(int(right.sum()), n)
        plain.append(high - low)
    assert 0.92 <= share_covered(estimates, accuracy) <= 0.98
    assert np.mean(widths) < 0.9 * np.mean(plain)


def test_confidence_that_says_nothing_leaves_the_plain_interval():
    estimate = prediction_powered([True] * 8 + [False] * 2, [0.9] * 10, [0.1] * 1000)
    assert (estimate.low, estimate.high) == wilson(8, 10)
    perfect = prediction_powered([True] * 30, np.linspace(0.5, 1, 30), [0.5] * 1000)
    assert (perfect.low, perfect.high) == wilson(30, 30)
