import csv
import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB

from labeler.learning import ActiveLearner
from labeler.learning.errors import InvalidFeatures, TooFewItems, TooFewLabels, UnknownName
from labeler.learning.features.installed import is_installed
from labeler.learning.strategies import strategies

TEXTS = [f"win a free prize number {i}" if i % 2 else f"see you at lunch on day {i}" for i in range(60)]
TRUTH = ["spam" if i % 2 else "ham" for i in range(60)]
DATA = Path(__file__).parents[2].parent / "shared" / "data"


def partly(known):
    return [label if i < known else None for i, label in enumerate(TRUTH)]


@pytest.mark.parametrize(
    "X",
    [
        TEXTS,
        np.array(TEXTS),
        pd.Series(TEXTS),
        pd.DataFrame({"text": TEXTS, "n": range(60)}),
        csr_matrix(np.random.default_rng(0).random((60, 8))),
        np.random.default_rng(0).random((60, 8)),
        [{"text": text} for text in TEXTS],
    ],
    ids=["list", "array of str", "series", "frame", "sparse", "array", "contents"],
)
def test_it_takes_whatever_holds_the_items(X):
    learner = ActiveLearner().fit(X, [None] * 60)
    first = learner.query(5)
    assert len(set(first.tolist())) == 5
    learner.fit(X, partly(20))
    asked = learner.query(7)
    assert len(set(asked.tolist())) == 7 and (asked >= 20).all()
    assert learner.classes_.tolist() == ["ham", "spam"]
    assert learner.predict_proba(X).shape == (60, 2)
    assert set(learner.predict(X)) <= {"ham", "spam"}


@pytest.mark.whole
@pytest.mark.parametrize("name", [name for name, _ in strategies()])
def test_every_strategy_can_be_asked_by_name(name):
    learner = ActiveLearner(strategy=name).fit(TEXTS, partly(20))
    assert len(set(learner.query(5).tolist())) == 5


def test_it_learns():
    learner = ActiveLearner().fit(TEXTS, partly(20))
    assert (learner.predict(["win a prize", "lunch?"]) == ["spam", "ham"]).all()


def test_nan_and_numbers_are_fine_as_labels():
    learner = ActiveLearner().fit(TEXTS, [1.0, 0.0, *[np.nan] * 58])
    assert learner.classes_.tolist() == [0.0, 1.0]
    assert 0 not in learner.query(58) and 1 not in learner.query(58)


def test_without_two_labels_it_asks_but_does_not_answer():
    learner = ActiveLearner().fit(TEXTS, partly(1))
    assert len(learner.query(3)) == 3
    with pytest.raises(TooFewLabels):
        learner.predict(TEXTS)


def test_the_same_items_with_more_labels_reuse_their_features():
    learner = ActiveLearner().fit(TEXTS, partly(4))
    features = learner._items.features
    assert learner.fit(list(TEXTS), partly(8))._items.features is features
    assert learner.fit([*TEXTS[:-1], "changed"], partly(8))._items.features is not features


def test_the_same_seed_asks_for_the_same_items():
    asked = [ActiveLearner(random_state=3).fit(TEXTS, partly(10)).query(10) for _ in range(2)]
    assert np.array_equal(*asked)


def test_strategy_and_classifier_are_chosen_by_name_or_given():
    learner = ActiveLearner(strategy="entropy", classifier="logistic_regression").fit(TEXTS, partly(10))
    assert len(learner.query(3)) == 3
    X = np.random.default_rng(0).random((60, 4))
    assert len(ActiveLearner(classifier=GaussianNB()).fit(X, partly(10)).query(3)) == 3
    assert clone(learner).strategy == "entropy"


def test_what_can_not_work_is_refused():
    with pytest.raises(UnknownName):
        ActiveLearner(strategy="oracle").fit(TEXTS, partly(4))
    with pytest.raises(InvalidFeatures, match="60 items, but 2 labels"):
        ActiveLearner().fit(TEXTS, ["ham", None])
    with pytest.raises(TooFewItems):
        ActiveLearner().fit(TEXTS, partly(59)).query(2)
    with pytest.raises(NotFittedError):
        ActiveLearner().query(1)


def test_hostile_arrays_are_survived():
    X = np.random.default_rng(0).random((60, 4))
    X[0, 0], X[1, 1], X[:, 3] = np.nan, np.inf, np.nan
    assert np.isfinite(ActiveLearner().fit(X, partly(20)).predict_proba(X)).all()


def curve(strategy, X, y, X_test, y_test, seed):
    labels = [None] * len(y)
    learner = ActiveLearner(strategy=strategy, random_state=seed).fit(X, labels)
    scores = []
    for _ in range(6):
        for position in learner.query(25):
            labels[position] = y[position]
        learner.fit(X, labels)
        scores.append(np.mean(learner.predict(X_test) == y_test))
    return np.mean(scores)


def digits():
    """Handwritten digits: the copy beside the checkout where there is one, else scikit-learn's own."""
    if (DATA / "digits" / "train.csv").is_file():
        parts = []
        for name in ("train", "test"):
            with open(DATA / "digits" / f"{name}.csv", newline="") as file:
                rows = list(csv.DictReader(file))
            pixels = [[float(row[f"p{i}"]) for i in range(64)] for row in rows]
            parts += [np.array(pixels), np.array([row["label"] for row in rows])]
        return parts
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return [X[:1400], y[:1400].astype(str), X[1400:], y[1400:].astype(str)]


@pytest.mark.whole
def test_margin_kmeans_learns_faster_than_random_on_real_data():
    data = digits()
    ours = np.mean([curve("auto", *data, seed) for seed in range(2)])
    assert ours > np.mean([curve("random", *data, seed) for seed in range(2)]) + 0.01


def test_it_searches_for_the_label_that_is_named_also_when_it_is_no_longer_the_rarest():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 4))
    truth = np.where(X[:, 0] > 0.8, "relevant", "other")
    y = np.full(200, None, dtype=object)
    known = np.concatenate([np.flatnonzero(truth == "relevant")[:20], np.flatnonzero(truth == "other")[:8]])
    y[known] = truth[known]
    learner = ActiveLearner(strategy="most_likely_positive", positive="relevant").fit(X, y.tolist())
    assert np.mean(truth[learner.query(10)] == "relevant") >= 0.7
    assert np.mean(truth[learner.set_params(positive="other").query(10)] == "relevant") <= 0.3


@pytest.mark.skipif(not is_installed(), reason="the extra `embeddings` is not installed")
def test_words_say_where_a_search_begins_and_guess_before_the_first_label():
    texts = [f"the goalkeeper saved match {n}" if n % 10 == 0 else f"the bank lowered rate {n}" for n in range(200)]
    said = {"sport": "football, teams and players", "money": "banks and shares"}
    learner = ActiveLearner("most_likely_positive", positive="sport", labels=said).fit(texts, [None] * 200)
    assert np.mean(learner.query(10) % 10 == 0) > 0.7
    assert learner.predict(["a striker joins the team", "profits of the bank"]).tolist() == ["sport", "money"]


def test_minus_one_is_unlabeled_as_in_semi_supervised_estimators():
    X = np.random.default_rng(0).normal(size=(60, 4)) + np.arange(60)[:, None] % 2
    y = [n % 2 if n < 20 else -1 for n in range(60)]
    learner = ActiveLearner().fit(X, y)
    assert learner.classes_.tolist() == [0, 1] and learner.labeled_.sum() == 20 and learner.n_features_in_ == 4
    same = ActiveLearner().fit(X, [None if label == -1 else label for label in y])
    assert (learner.predict_proba(X) == same.predict_proba(X)).all()
    # Where None says what is unlabeled, and for numbers to predict, -1 is a label like any other.
    assert ActiveLearner().fit(X, [None if n > 30 else n % 3 - 1 for n in range(60)]).classes_.tolist() == [-1, 0, 1]
    ordinal = ActiveLearner(problem="ordinal").fit(X, [n % 3 - 1 if n < 30 else None for n in range(60)])
    assert ordinal.classes_.tolist() == [-1, 0, 1]


@pytest.mark.parametrize("kind", ["texts", "arrays"])
def test_a_fitted_learner_survives_pickle_joblib_and_clone(kind, tmp_path):
    X = [f"{['win a prize', 'see you soon'][n % 2]} number {n}" for n in range(60)]
    if kind == "arrays":
        X = np.random.default_rng(0).normal(size=(60, 4)) + np.arange(60)[:, None] % 2
    y = [["spam", "ham"][n % 2] if n < 20 else None for n in range(60)]
    learner = ActiveLearner(random_state=3).fit(X, y)
    new = ["a prize to win"] if kind == "texts" else X[:1] + 1
    path = tmp_path / "learner.joblib"
    joblib.dump(learner, path)
    for again in (pickle.loads(pickle.dumps(learner)), joblib.load(path)):
        assert (again.predict_proba(X) == learner.predict_proba(X)).all()
        assert (again.predict_proba(new) == learner.predict_proba(new)).all()
        assert again.query(5).tolist() == learner.query(5).tolist()
        assert again.fit(X, y).query(5).tolist() == learner.query(5).tolist()
    assert clone(learner).get_params() == learner.get_params() and not hasattr(clone(learner), "classes_")
