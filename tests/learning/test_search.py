"""The search for a model: what it tries, what it is told, and when a challenger replaces the default."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from labeler.learning.errors import TooFewLabels, UnknownName
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection
from labeler.learning.fitting import UnlabeledData
from labeler.learning.model_selection import search as searching
from labeler.learning.model_selection.search import PoolFit, search, suited
from labeler.learning.model_selection.trials import Candidate
from labeler.learning.semi_supervised.label_spreading import graph_of

FAST = ("complement_nb", "linear_svm")


def crossed(n, seed=0):
    """Rows whose label is the sign of a product: trees can tell it, no line can."""
    X = np.random.default_rng(seed).uniform(-1, 1, (n, 4)).astype(np.float32)
    return csr_matrix(X), np.where(X[:, 0] * X[:, 1] > 0, "same", "different")


def straight(n, seed=0):
    """Rows that a line tells apart, with some noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 4)).astype(np.float32)
    return csr_matrix(X), np.where(X[:, 0] + 0.3 * rng.standard_normal(n) > 0, "up", "down")


def messages(n):
    rng = np.random.default_rng(0)
    words = {"spam": ["win", "free", "prize", "cash", "now"], "ham": ["lunch", "home", "see", "later", "milk"]}
    y = ["spam" if number % 2 else "ham" for number in range(n)]
    return [{"text": " ".join(rng.choice(words[label], 3)) + f" {number % 7}"} for number, label in enumerate(y)], y


def pool_of(contents, positions):
    pipeline = pipeline_for(contents)
    block = pipeline.extract(contents)
    pipeline.fit([block])
    rows = pipeline.transform(block)
    projection = Projection.of(rows)
    graph = graph_of(projection.transform(rows))
    return rows, PoolFit(pipeline, UnlabeledData(graph, graph.affinity(), projection), positions)


def without_seconds(found):
    return {
        **found.to_dict(),
        "trials": [{**one, "seconds": 0} for one in found.to_dict()["trials"]],
    }


@pytest.mark.whole
def test_a_clearly_better_challenger_replaces_the_default(monkeypatch):
    monkeypatch.setattr(searching, "_DRAWS", 1)
    X, y = crossed(150)
    found = search(X, y, models=("extra_trees",), seed=0)
    assert found.default == Candidate("linear_svm", {}) and found.chosen.model == "extra_trees"
    assert found.gain > found.gain_error > 0 and "extra_trees has a log loss lower by" in found.reason
    best = found.trials[0]
    assert best.model == "extra_trees" and best.final and best.folds == 5 and best.accuracy > 0.7
    assert best.accuracy_error > 0 and best.log_loss_error > 0 and best.seconds > 0


@pytest.mark.parametrize(
    ("loss", "swing", "accuracy", "chosen", "reason"),
    [
        (0.40, 0.02, 0.8, "complement_nb", "log loss lower by 0.1"),
        (0.48, 0.10, 0.8, "linear_svm", "within one standard error"),
        (0.40, 0.02, 0.7, "linear_svm", "linear_svm is more often right"),
        (0.60, 0.02, 0.9, "linear_svm", "no challenger has a lower log loss"),
    ],
)
def test_a_challenger_must_be_better_by_more_than_one_standard_error_and_no_less_right(
    monkeypatch, loss, swing, accuracy, chosen, reason
):
    folds = iter(range(10**6))

    def scores(self, candidate, inside, outside):
        if candidate.model == "linear_svm":
            return [0.5, 0.75, 0.1]
        return [loss + (swing if next(folds) % 2 else -swing), accuracy, 0.1]

    monkeypatch.setattr(searching._Search, "_fit", scores)
    found = search(*straight(100), models=("complement_nb",), seed=0)
    assert found.chosen.model == chosen and reason in found.reason


def test_trials_are_ranked_and_finalists_come_first():
    X, y = straight(120)
    trials = search(X, y, models=FAST, seed=0).trials
    finals = [one for one in trials if one.final]
    assert trials[: len(finals)] == finals and len(finals) >= 2
    for part in (finals, trials[len(finals) :]):
        losses = [one.log_loss for one in part]
        assert losses == sorted(losses)
    assert len({(one.model, str(one.params), one.final) for one in trials}) == len(trials)


def test_the_same_seed_finds_the_same_and_another_one_tries_others():
    X, y = straight(120)
    first, again, other = (search(X, y, models=FAST, seed=seed) for seed in (3, 3, 4))
    assert without_seconds(first) == without_seconds(again)
    assert {str(one.params) for one in first.trials} != {str(one.params) for one in other.trials}


def test_it_tells_how_far_it_is_before_each_fit():
    X, y = straight(100)
    told = []
    search(X, y, models=FAST, seed=0, tell=lambda done, total, text: told.append((done, total, text)))
    done, totals = [one[0] for one in told], {one[1] for one in told}
    assert done == sorted(done) and done[0] == 0 and len(totals) == 1
    assert 0 <= totals.pop() - len(told) <= 5  # a default among the finalists saves its folds
    assert told[0][2].endswith(", first round") and told[-1][2].endswith(", final round")


def test_it_ends_between_two_fits_and_goes_on_where_it_was():
    X, y = straight(100)
    whole = search(X, y, models=FAST, seed=0)
    known, fits = {}, []

    def stop(done, total, text):
        fits.append(text)
        if len(fits) == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(X, y, models=FAST, seed=0, tell=stop, known=known)
    assert len(known) == 11
    kept = dict(known)
    assert without_seconds(search(X, y, models=FAST, seed=0, known=known)) == without_seconds(whole)
    assert all(known[key] == value for key, value in kept.items())


def test_what_is_known_is_not_fitted_again(monkeypatch):
    X, y = straight(100)
    known = {}
    search(X, y, models=FAST, seed=0, known=known)
    monkeypatch.setattr(searching._Search, "_fit", lambda *_: pytest.fail("fitted again"))
    assert search(X, y, models=FAST, seed=0, known=known).chosen.model == "linear_svm"


def test_the_pool_ensemble_defends_its_place():
    contents, y = messages(160)
    labeled = np.arange(80)
    rows, pool = pool_of(contents, labeled)
    found = search(rows[labeled], y[:80], models=FAST, seed=0, pool=pool)
    assert found.default == Candidate("pool_ensemble", {})
    assert "pool_ensemble" in {one.model for one in found.trials if one.final}


def test_the_ensembles_score_does_not_see_the_folds_labels():
    """Labels that mean nothing: whoever has seen them would be right."""
    contents, _ = messages(200)
    labeled = np.arange(120)
    rows, pool = pool_of(contents, labeled)
    coins = np.random.default_rng(1).choice(["heads", "tails"], 120)
    found = search(rows[labeled], coins, models=("linear_svm",), seed=0, pool=pool)
    ensemble = next(one for one in found.trials if one.model == "pool_ensemble")
    assert ensemble.accuracy < 0.68


def test_a_rare_label_in_one_fold_only_does_not_break_it():
    X, y = straight(80)
    y = y.astype("<U8")
    y[7] = "sideways"
    assert search(X, y, models=FAST, seed=0).labels == 80


@pytest.mark.parametrize(("n", "labels"), [(49, ("a", "b")), (60, ("a",))])
def test_too_few_labels_are_refused(n, labels):
    X, _ = straight(n)
    with pytest.raises(TooFewLabels, match="needs 50 labels"):
        search(X, [labels[number % len(labels)] for number in range(n)], models=FAST, seed=0)


def test_a_model_that_does_not_exist_is_refused():
    X, y = straight(60)
    with pytest.raises(UnknownName, match='no model "oracle"'):
        search(X, y, models=("oracle",), seed=0)


def test_slow_models_for_tables_are_not_tried_on_texts():
    assert "gradient_boosting" in suited(is_table=True) and "gradient_boosting" not in suited(is_table=False)
    assert "one_vs_rest" not in suited(is_table=True) and "complement_nb" in suited(is_table=False)
