import csv
import json
from importlib.resources import files

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from labeler.learning.evaluation.recall import expected_unfound, recall_curve, recall_estimate, stop_at, unfound, wss


def test_the_number_of_unfound_is_covered_as_often_as_it_says():
    rng = np.random.default_rng(0)
    for rest, positives, sampled in [(1000, 5, 100), (1000, 50, 100), (5000, 20, 200), (300, 0, 50), (200, 10, 150)]:
        hits = rng.hypergeometric(positives, rest - positives, sampled, size=400)
        estimates = {int(hit): unfound(int(hit), sampled, rest) for hit in np.unique(hits)}
        inside = [estimates[int(hit)].low <= positives <= estimates[int(hit)].high for hit in hits]
        assert np.mean(inside) >= 0.94


def test_a_sample_of_everything_leaves_no_doubt_and_none_leaves_every():
    assert unfound(7, 100, 100).low == unfound(7, 100, 100).high == 7
    nothing = unfound(0, 0, 50)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 50.0)
    with pytest.raises(ValueError, match="5 positives in a sample of 3"):
        unfound(5, 3, 10)


def test_calibrated_probabilities_add_up_to_what_is_unfound():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(400):
        p = rng.beta(0.1, 5, 500)
        estimate = expected_unfound(p)
        inside.append(estimate.low <= (rng.random(500) < p).sum() <= estimate.high)
    assert 0.93 <= np.mean(inside) <= 0.99
    with pytest.raises(ValueError, match="probabilities from"):
        expected_unfound([1.5])


def test_recall_follows_from_what_is_left():
    recall = recall_estimate(90, unfound(1, 100, 1000))
    assert recall.value == 0.9
    assert recall.low < 0.7
    assert recall.high > 0.98
    assert recall_estimate(0, unfound(0, 10, 10)).value == 1.0
    assert recall_estimate(5, unfound(0, 0, 10)).value is None
    with pytest.raises(ValueError, match="found is -1"):
        recall_estimate(-1, unfound(0, 10, 10))


def stopped(labels, every=50):
    """Recall and share of items labeled when the advice first says stop."""
    for n in range(every, len(labels), every):
        if stop_at(labels[:n], len(labels))["stop"]:
            return labels[:n].sum() / labels.sum(), n / len(labels)
    return 1.0, 1.0


@pytest.mark.whole
@pytest.mark.parametrize(("size", "positives"), [(2000, 40), (2000, 200)])
@pytest.mark.parametrize("skill", [0.0, 1.0, 3.0])
def test_who_stops_when_told_to_has_found_95_percent_in_95_percent_of_runs(size, positives, skill):
    rng = np.random.default_rng(0)
    reached = []
    for _ in range(100):
        relevant = np.arange(size) < positives
        reached.append(stopped(relevant[np.argsort(-(rng.standard_normal(size) + skill * relevant))])[0])
    # Random order is the worst: about 95 % there, and what chance takes of 100 runs; any skill makes it 99 %.
    assert np.mean(np.array(reached) >= 0.95) >= (0.91 if skill == 0 else 0.97)


def test_a_good_order_may_stop_early():
    labels = np.zeros(2000, dtype=bool)
    labels[:200] = True
    assert stopped(labels)[1] <= 0.4


def test_stop_advice_explains_itself_and_is_json():
    assert stop_at([], 10)["stop"] is False
    assert stop_at([False] * 5, 10)["reason"] == "no positive found yet"
    assert stop_at([True, False], 2)["reason"] == "everything is labeled"
    assert json.loads(json.dumps(stop_at([True] * 50 + [False] * 300, 1000)))["found"] == 50
    with pytest.raises(ValueError, match="11 labels of 10"):
        stop_at([True] * 11, 10)
    with pytest.raises(ValueError, match="recall is 95"):
        stop_at([True], 10, recall=95)


def test_work_saved_and_the_recall_curve_of_a_known_order():
    order = list("abcdefghij")
    assert recall_curve(order, ["a", "c"]).tolist() == [0.5, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]
    assert wss(order, ["a", "c"]) == pytest.approx(1 - 0.3 - 0.05)
    assert wss(order, ["a", "z"]) is None
    with pytest.raises(ValueError, match="nothing is relevant"):
        wss(order, [])


def test_finding_spam_saves_most_of_the_work_and_stops_in_time():
    with (files("labeler.demo") / "sms.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    relevant = np.array([row["label"] == "spam" for row in rows])
    features = TfidfVectorizer(sublinear_tf=True).fit_transform([row["text"] for row in rows])
    rng = np.random.default_rng(0)
    order = list(rng.permutation(len(rows))[:50])
    told = None
    while len(order) < len(rows):
        rest = np.setdiff1d(np.arange(len(rows)), order)
        model = LinearSVC(random_state=0).fit(features[order], relevant[order])
        order += list(rest[np.argsort(-model.decision_function(features[rest]))[:100]])
        if told is None and stop_at(relevant[order], len(rows))["stop"]:
            told = relevant[order].sum() / relevant.sum(), len(order) / len(rows)
    assert wss(order, np.flatnonzero(relevant)) > 0.7
    assert told[0] >= 0.95
    assert told[1] < 0.6
