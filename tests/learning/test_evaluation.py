import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, log_loss

from labeler.learning.evaluation.classification import calibration_error, evaluate
from labeler.learning.evaluation.intervals import wilson

LABELS = ["a", "b", "c"]


def answers(n, seed=0, k=3):
    rng = np.random.default_rng(seed)
    return rng.choice(LABELS[:k], n), rng.dirichlet(np.ones(k), n)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 80), st.integers(0, 1000))
def test_figures_agree_with_scikit_learn_and_lie_in_their_intervals(n, seed):
    y, proba = answers(n, seed)
    report = evaluate(y, proba, LABELS, seed=0)
    predicted = np.array(LABELS)[proba.argmax(axis=1)]
    assert report.metrics["accuracy"].value == pytest.approx(np.mean(predicted == y))
    assert report.metrics["macro_f1"].value == pytest.approx(f1_score(y, predicted, average="macro", zero_division=0))
    assert report.metrics["log_loss"].value == pytest.approx(log_loss(y, proba, labels=LABELS), rel=1e-4)
    assert report.metrics["accuracy"].low <= report.metrics["accuracy"].value <= report.metrics["accuracy"].high
    assert sum(map(sum, report.views["confusion"]["matrix"])) == n


def test_no_items_give_no_figures():
    report = evaluate([], np.zeros((0, 3)), LABELS, seed=0).to_dict()
    assert report["primary"] == "accuracy"
    assert report["metrics"]["accuracy"] == {"value": None, "low": None, "high": None, "n": 0}
    assert report["metrics"]["calibration_error"]["value"] is None
    assert [row["support"] for row in report["views"]["per_label"]] == [0, 0, 0]


def test_one_item_gives_a_wide_interval():
    report = evaluate(["a"], np.array([[0.8, 0.1, 0.1]]), LABELS, seed=0)
    assert report.metrics["accuracy"].value == 1.0
    assert report.metrics["accuracy"].low < 0.3


def test_a_label_that_the_model_does_not_know_counts_as_wrong():
    report = evaluate(["a", "new"], np.array([[1.0, 0.0], [1.0, 0.0]]), ["a", "b"], seed=0)
    assert report.metrics["accuracy"].value == 0.5
    assert report.views["confusion"]["labels"] == ["a", "b", "new"]
    assert report.metrics["log_loss"].value == pytest.approx(-np.log(1e-7) / 2)


def test_the_same_seed_gives_the_same_intervals():
    y, proba = answers(50)
    assert evaluate(y, proba, LABELS, seed=1) == evaluate(y, proba, LABELS, seed=1)


def test_a_report_is_json():
    import json

    y, proba = answers(50)
    assert json.loads(json.dumps(evaluate(y, proba, LABELS, seed=0).to_dict()))["metrics"]["accuracy"]["n"] == 50


def test_wilson_agrees_with_its_textbook_example():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(10, 10)[1] == 1.0


def test_the_f1_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside = 0
    for repeat in range(60):
        y = rng.integers(0, 2, 200)
        right = rng.random(200) < 0.8
        proba = np.eye(2)[np.where(right, y, 1 - y)]
        report = evaluate(np.array(LABELS)[y], proba, LABELS[:2], seed=repeat)
        inside += report.metrics["macro_f1"].low <= 0.8 <= report.metrics["macro_f1"].high
    assert inside >= 52


def test_a_perfect_score_is_not_certain():
    y = np.repeat([0, 1], [45, 5])
    report = evaluate(np.array(LABELS)[y], np.eye(2)[y], LABELS[:2], seed=0)
    assert report.metrics["macro_f1"].value == report.metrics["macro_f1"].high == 1.0
    assert 0.7 < report.metrics["macro_f1"].low < 0.95
    alone = evaluate(["a"] * 3, np.array([[0.9, 0.1]] * 3), LABELS[:2], seed=0)
    assert alone.metrics["macro_f1"].low < 0.9


@pytest.mark.whole
def test_the_f1_interval_covers_a_score_close_to_perfect_and_many_labels():
    rng = np.random.default_rng(0)
    for k, accuracy, n, least in [(2, 0.99, 50, 0.93), (2, 0.99, 400, 0.92), (12, 0.9, 200, 0.88)]:
        inside = 0
        for repeat in range(100):
            y = rng.integers(0, k, n)
            said = np.where(rng.random(n) < accuracy, y, (y + rng.integers(1, k, n)) % k)
            report = evaluate(y.astype(str), np.eye(k)[said], [str(i) for i in range(k)], seed=repeat)
            inside += report.metrics["macro_f1"].low <= accuracy <= report.metrics["macro_f1"].high
        assert inside / 100 >= least


def test_calibration_error_of_honest_and_of_boastful_confidence():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000)
    assert calibration_error(confidence, rng.random(20_000) < confidence) < 0.02
    assert calibration_error(np.full(100, 1.0), np.arange(100) < 50) == pytest.approx(0.5)


def test_shapes_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="2 labels and 3 classes"):
        evaluate(["a", "b"], np.ones((3, 3)) / 3, LABELS, seed=0)


def test_many_repeats_cost_little_more_than_one_pass_of_scikit_learn():
    import time

    y, proba = answers(500)
    evaluate(y, proba, LABELS, seed=0)

    def seconds(function):
        start = time.process_time()
        for _ in range(5):
            function()
        return time.process_time() - start

    predicted = np.array(LABELS)[proba.argmax(axis=1)]
    one = seconds(lambda: f1_score(y, predicted, average="macro"))
    assert seconds(lambda: evaluate(y, proba, LABELS, seed=0)) < 100 * one
