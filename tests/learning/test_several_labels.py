"""Items with any number of labels: what the learner takes, asks and says."""

import numpy as np
import pandas as pd
import pytest

from labeler.learning import ActiveLearner
from labeler.learning.errors import InvalidFeatures, InvalidPool, TooFewLabels, UnknownName
from labeler.learning.strategies import Pool, query, strategies

NAMES = [name for name, _ in strategies("multilabel")]
WORDS = {"sport": "match goal team", "money": "bank shares profit", "weather": "rain storm sun"}


def stories(n, seed=0):
    """Texts that use words of their labels, and the labels."""
    rng = np.random.default_rng(seed)
    texts, labels = [], []
    for number in range(n):
        mine = [label for label in WORDS if rng.random() < 0.45]
        words = [word for label in mine for word in rng.permutation(WORDS[label].split())[:2]]
        texts.append(" ".join([*words, "story", str(number % 9)]))
        labels.append(mine)
    return texts, labels


def partly(labels, known, kind=tuple):
    return [kind(one) if number < known else None for number, one in enumerate(labels)]


@pytest.mark.parametrize("kind", [tuple, list, set, frozenset])
@pytest.mark.parametrize("as_table", [False, True], ids=["texts", "table"])
def test_it_learns_sets_of_labels(kind, as_table):
    texts, labels = stories(120)
    X = pd.DataFrame({"text": texts, "length": [len(text) for text in texts]}) if as_table else texts
    learner = ActiveLearner().fit(X, partly(labels, 60, kind))
    proba = learner.predict_proba(X)
    assert learner.classes_.tolist() == ["money", "sport", "weather"]
    assert proba.shape == (120, 3) and not np.allclose(proba.sum(axis=1), 1)
    said = learner.predict(X)
    right = [set(one) == set(truth) for one, truth in zip(said[60:], labels[60:], strict=True)]
    assert np.mean(right) > 0.8
    alone = learner.predict(X[90:] if as_table is False else X.iloc[90:])  # as if they had not been in the pool
    assert np.mean([set(one) == set(truth) for one, truth in zip(alone, labels[90:], strict=True)]) > 0.7


@pytest.mark.parametrize("name", NAMES)
def test_every_strategy_for_several_labels_can_be_asked_by_name(name):
    texts, labels = stories(80)
    asked = ActiveLearner(strategy=name).fit(texts, partly(labels, 30)).query(6)
    assert len(set(asked.tolist())) == 6 and (asked >= 30).all()


def test_it_asks_for_items_whose_labels_are_least_sure():
    proba = np.array([[0.99, 0.01], [0.5, 0.5], [0.5, 0.99], [0.02, 0.01]])
    assert query("label_uncertainty", Pool(proba=proba), 2, np.random.default_rng(0)).positions.tolist() == [1, 2]


def test_a_batch_holds_no_two_items_that_are_the_same():
    proba = np.tile([[0.5, 0.4]], (20, 1))
    X = np.repeat(np.eye(5), 4, axis=0)
    chosen = query("label_uncertainty_kmeans", Pool(X=X, proba=proba), 5, np.random.default_rng(0)).positions
    assert sorted(chosen // 4) == [0, 1, 2, 3, 4]


def test_its_choice_teaches_more_than_chance():
    texts, labels = stories(250)
    scores = {}
    for strategy in ("auto", "random"):
        learner, known = ActiveLearner(strategy=strategy), set(range(10))
        for _ in range(4):
            learner.fit(texts, [tuple(one) if number in known else None for number, one in enumerate(labels)])
            known |= set(learner.query(10).tolist())
        said = learner.predict(texts)
        scores[strategy] = np.mean([set(a) == set(b) for a, b in zip(said, labels, strict=True)])
    assert scores["auto"] >= scores["random"] - 0.02


def test_without_a_label_that_tells_items_apart_it_covers_the_pool():
    texts, _ = stories(40)
    learner = ActiveLearner().fit(texts, [("sport",)] * 5 + [None] * 35)
    assert (learner.query(5) >= 5).all()
    with pytest.raises(TooFewLabels):
        learner.predict(texts)


def test_none_of_the_labels_is_an_answer_too():
    texts, labels = stories(60)
    learner = ActiveLearner().fit(texts, partly(labels, 60))
    assert learner.labeled_.all() and learner.predict(["story 3"])[0] == ()


def test_names_that_do_not_go_with_the_labels_are_refused():
    texts, labels = stories(20)
    with pytest.raises(UnknownName, match='"margin" does not go with these labels, those that do: label_uncertainty'):
        ActiveLearner(strategy="margin").fit(texts, partly(labels, 10))
    with pytest.raises(UnknownName, match="those that do: one_vs_rest"):
        ActiveLearner(classifier="linear_svm").fit(texts, partly(labels, 10))
    with pytest.raises(UnknownName, match="does not go with these labels"):
        ActiveLearner(classifier="one_vs_rest").fit(texts, ["a", "b"] * 10)
    with pytest.raises(InvalidFeatures, match="a set, tuple or list"):
        ActiveLearner().fit(texts, [("a",), "b", *[None] * 18])


@pytest.mark.parametrize("proba", [np.array([[0.5, 1.2]] * 4), np.array([[np.nan, 0.1]] * 4), np.zeros((4, 0))])
def test_probabilities_that_are_none_are_refused(proba):
    with pytest.raises(InvalidPool):
        query("label_uncertainty", Pool(proba=proba), 1, np.random.default_rng(0))
