import json
import time

import numpy as np
import pytest
from scipy.stats import norm

from labeler.learning.evaluation.learning_curve import Point, expected_gain, extrapolate, hours, labels_to, missing


def truth(labels):
    return 0.95 - 1.0 * labels**-0.5


def measured(rounds=10, holdout=200, seed=0):
    """Scores of successive models on one growing holdout: what one gets right, the next mostly does too."""
    rng = np.random.default_rng(seed)
    hard = rng.standard_normal(holdout)
    points = []
    for labels in range(25, 25 * rounds + 1, 25):
        items = max(10, holdout * labels // (25 * rounds))
        luck = np.sqrt(0.7) * hard[:items] + np.sqrt(0.3) * rng.standard_normal(items)
        points.append(Point(labels, float((norm.cdf(luck) < truth(labels)).mean()), items))
    return points


def exact(score, labels=(25, 50, 100, 200, 400)):
    return [Point(n, score(n), 10_000) for n in labels]


def test_a_clean_power_law_is_found_again():
    points = exact(truth)
    assert extrapolate(points, 1600).value == pytest.approx(truth(1600), abs=0.005)
    assert expected_gain(points, more=100).value == pytest.approx(truth(500) - truth(400), abs=0.002)
    away = labels_to(points, truth(800))
    assert away.labels == pytest.approx(400, rel=0.15)
    assert away.low <= 400 <= away.high


def test_a_forecast_begins_at_the_newest_score_whatever_few_items_said_before():
    points = [Point(13, 1.0, 1), Point(24, 1.0, 8), Point(42, 1.0, 16), Point(59, 0.97, 30), Point(79, 0.882, 34)]
    now = extrapolate(points, 79)
    assert now.value == pytest.approx(0.882)
    assert now.low < 0.83 and now.high > 0.93
    later = [extrapolate(points, labels).value for labels in (79, 129, 279)]
    assert later == sorted(later) and later[-1] < 0.95
    assert extrapolate(points, 179).value - now.value == pytest.approx(expected_gain(points, 100).value)
    assert extrapolate([*points, Point(79, 0.8, 35)], 79).value == pytest.approx(0.8)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    level, gain, away = [], [], []
    for seed in range(200):
        points = measured(seed=seed)
        ahead, more, target = extrapolate(points, 500), expected_gain(points), labels_to(points, truth(500))
        level.append(ahead.low <= truth(500) <= ahead.high)
        gain.append(more.low <= truth(350) - truth(250) <= more.high)
        away.append(target is None or target.low <= 250 <= (target.high or np.inf))
    assert np.mean(level) >= 0.93
    assert np.mean(gain) >= 0.93
    assert np.mean(away) >= 0.93


def test_too_few_points_give_nothing_and_say_why():
    three = measured()[:3]
    assert missing(three) == "the learning curve has 3 points, a forecast needs 4"
    assert missing([]) is not None
    assert missing(measured()) is None
    assert extrapolate(three, 500).value is None
    assert expected_gain([]).value is None
    assert labels_to(three, 0.9) is None
    assert missing([Point(25, 0.5, 10)] * 5) is not None


def test_points_without_a_score_or_a_holdout_are_passed_over():
    points = [*exact(truth), Point(500, None, 0), Point(0, 0.5, 10)]
    assert extrapolate(points, 800) == extrapolate(exact(truth), 800)


@pytest.mark.parametrize("score", [lambda n: 0.8, lambda n: 0.9 - n / 2000, lambda n: 1.0, lambda n: 0.0])
def test_flat_falling_and_perfect_curves_promise_no_gain(score):
    points = [Point(n, score(n), 100) for n in range(50, 501, 50)]
    gain = expected_gain(points)
    assert 0.0 <= gain.value < 0.01
    assert 0.0 <= gain.low <= gain.high
    now = extrapolate(points, 1000)
    assert 0.0 <= now.low <= now.value <= now.high <= 1.0
    assert now.high > now.low
    if now.value < 0.99:
        assert labels_to(points, 1.0) is None


def test_noise_alone_never_breaks_it():
    rng = np.random.default_rng(0)
    for _ in range(50):
        points = [Point(int(n), float(rng.random()), int(rng.integers(1, 50))) for n in rng.integers(1, 5000, 12)]
        ahead = extrapolate(points, 10_000)
        assert 0.0 <= ahead.low <= ahead.value <= ahead.high <= 1.0
        labels_to(points, float(rng.random()))


def test_a_target_that_is_reached_takes_no_labels_and_one_out_of_reach_has_no_number():
    assert labels_to(exact(truth), 0.8).labels == 0
    assert labels_to(exact(truth), 0.99) is None
    assert json.loads(json.dumps(labels_to(exact(truth), 0.92).to_dict())).keys() == {"labels", "low", "high"}


def test_the_same_points_give_the_same_answer_quickly():
    points = measured(rounds=200)
    start = time.process_time()
    assert extrapolate(points, 6000) == extrapolate(points[::-1], 6000)
    assert time.process_time() - start < 3


def test_hours_come_from_the_median_label():
    assert hours(900, 4.0) == 1.0
    with pytest.raises(ValueError, match="negative"):
        hours(-1, 4.0)


def test_scores_that_are_none_are_refused():
    with pytest.raises(ValueError, match="score 87 at 25 labels"):
        extrapolate([Point(25, 87.0, 100)], 50)
    with pytest.raises(ValueError, match="target is 95"):
        labels_to(measured(), 95)
    with pytest.raises(ValueError, match="at is 0"):
        extrapolate(measured(), 0)
