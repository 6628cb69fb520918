import csv
import json
from importlib.resources import files

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import cohen_kappa_score
from stopping_runs import stop_of

from labeler.learning.evaluation.learning_curve import Point
from labeler.learning.evaluation.stopping import Round, advise, cohens_kappa, stabilized

STEADY = ["ham", "spam"] * 500


def test_steady_predictions_of_three_rounds_say_stop():
    assert stabilized(STEADY, STEADY, [0.995, 0.998])["advice"] == "stop"


def test_one_steady_round_is_not_enough():
    assert stabilized(STEADY, STEADY, [])["advice"] == "keep going"
    assert stabilized(STEADY, STEADY, [0.98])["advice"] == "nearly there"
    assert stabilized(STEADY, STEADY, [0.6, 0.7])["advice"] == "nearly there"


def test_changing_predictions_say_keep_going():
    changed = ["spam" if i % 5 == 0 else label for i, label in enumerate(STEADY)]
    advice = stabilized(STEADY, changed, [0.995, 0.998])
    assert advice["advice"] == "keep going"
    assert "10.0%" in advice["reason"]


def test_a_model_that_gives_one_label_to_everything_has_not_settled():
    assert stabilized(["ham"] * 1000, ["ham"] * 1000, [1.0, 1.0])["advice"] == "keep going"


def test_without_an_earlier_model_or_with_few_items_there_is_no_stop():
    assert stabilized([], [], [])["advice"] == "keep going"
    assert stabilized(STEADY[:50], STEADY[:50], [1.0, 1.0])["advice"] == "keep going"


def test_another_stop_set_is_refused():
    with pytest.raises(ValueError, match="stop set changed"):
        stabilized(["a"], ["a", "b"], [])


def test_kappa_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    assert cohens_kappa(a, b) == pytest.approx(cohen_kappa_score(a, b))


GOING = stabilized([], [])
DONE = stabilized(STEADY, STEADY, [0.995, 0.998])
STILL = [Round(labels, STEADY) for labels in range(100, 401, 25)]
FLAT = [Point(labels, 0.9, 400) for labels in range(100, 401, 25)]
RISING = [Point(labels, 0.95 - 4 * labels**-0.6, 5000) for labels in range(100, 401, 25)]


def moving(share):
    """Rounds over the same items; each model differs from the next in this share of them."""
    rng = np.random.default_rng(0)
    now, rounds = np.array(STEADY), []
    for labels in range(100, 401, 25):
        rounds.append(Round(labels, now))
        now = np.where(rng.random(len(now)) < share, "other", np.array(STEADY))
    return rounds


def test_models_a_fifth_of_the_labels_apart_that_agree_say_stop():
    advice = advise(GOING, STILL, FLAT)
    assert advice["advice"] == "stop"
    assert advice["kappa"] == 1.0
    assert advice["gain"]["value"] < 0.01


def test_neighbors_that_agree_are_not_enough_while_older_models_do_not():
    assert advise(DONE, moving(0.1))["advice"] == "keep going"
    assert advise(DONE, moving(0.02))["advice"] == "nearly there"


def test_one_label_for_everything_is_not_settled():
    assert advise(GOING, [Round(n, ["ham"] * 500) for n in range(100, 401, 25)])["advice"] == "keep going"


def test_without_rounds_the_neighbors_decide_unless_the_curve_still_climbs():
    assert advise(DONE)["advice"] == "stop"
    assert advise(DONE, points=FLAT)["advice"] == "stop"
    assert advise(DONE, points=RISING)["advice"] != "stop"
    assert advise(DONE, [Round(n, STEADY[:50]) for n in (100, 200, 300)])["kappa"] == DONE["kappa"]
    assert advise(GOING)["advice"] == "keep going"


def test_no_more_labels_are_promised_than_are_left():
    assert advise(GOING, STILL, RISING)["gain"]["labels"] == 100
    few = advise(GOING, STILL, RISING, left=40)
    assert few["gain"]["labels"] == 40 and few["gain"]["value"] < advise(GOING, STILL, RISING)["gain"]["value"]
    assert advise(GOING, STILL, RISING, left=90)["reason"].startswith("90 more labels still add at least ")
    slow = advise(GOING, STILL, RISING, target=0.85)["labels_to_target"]
    assert advise(GOING, STILL, RISING, target=0.85, left=slow["labels"])["labels_to_target"] == slow
    assert advise(GOING, STILL, RISING, target=0.85, left=slow["labels"] - 1)["labels_to_target"] is None


def test_a_clear_gain_outvotes_settled_predictions():
    advice = advise(GOING, STILL, RISING)
    assert advice["advice"] == "keep going"
    assert "100 more labels still add" in advice["reason"]


def test_a_target_that_is_reached_says_stop_and_one_that_is_not_says_how_far_it_is():
    assert "is reached" in advise(GOING, moving(0.1), FLAT, target=0.8)["reason"]
    assert advise(GOING, moving(0.1), FLAT, target=0.8)["advice"] == "stop"
    assert "more labels alone" in advise(GOING, STILL, FLAT, target=0.99)["reason"]
    slow = [Point(labels, 0.95 - 1.5 * labels**-0.6, 300) for labels in range(100, 401, 25)]
    away = advise(GOING, STILL, slow, target=0.92)
    assert away["advice"] == "nearly there"
    assert away["labels_to_target"]["labels"] > 0


def test_an_advice_is_json_with_the_same_keys_whatever_is_known():
    for advice in (advise(GOING), advise(GOING, STILL, FLAT, target=0.95), advise(DONE, [], FLAT[:2], 0.9)):
        assert json.loads(json.dumps(advice)).keys() == {"advice", "reason", "kappa", "gain", "labels_to_target"}


def test_rounds_over_different_items_are_refused():
    with pytest.raises(ValueError, match="expected the same ones"):
        advise(GOING, [Round(100, STEADY[:300]), Round(200, STEADY)])


def test_told_to_stop_in_time_on_digits():
    digits = load_digits()
    X, y = digits.data / 16, digits.target
    stops = [stop_of(X[:1437], y[:1437], X[1437:], y[1437:], seed) for seed in range(3)]
    assert np.mean([stop.ratio for stop in stops]) <= 1.5
    assert np.mean([stop.share for stop in stops]) >= 0.98


def test_told_to_stop_in_time_on_messages():
    with (files("labeler.demo") / "sms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    X = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform([row["text"] for row in rows])
    y = np.array([row["label"] for row in rows])
    stops = [stop_of(X[:3200], y[:3200], X[3200:], y[3200:], seed) for seed in range(3)]
    assert np.mean([stop.ratio for stop in stops]) <= 2.2
    assert np.mean([stop.share for stop in stops]) >= 0.985
