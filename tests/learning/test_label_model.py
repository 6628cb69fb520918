"""What rules come to together, on texts with known answers."""

import csv

import numpy as np
import pytest
import shared_data
from scipy.sparse import csr_matrix

from labeler.learning.heuristics import Condition
from labeler.learning.heuristics.label_model import UNKNOWN, fit_label_model, majority
from labeler.learning.heuristics.running import run_rules
from labeler.learning.heuristics.votes import count_votes

RULES = {
    "trec6": {
        "DESC": ["what is a", "what does", "why", "define"],
        "ENTY": ["what kind", "what color", "what type", "animal", "name a"],
        "HUM": ["who", "whose", "name the"],
        "LOC": ["where", "country", "city", "state"],
        "NUM": ["how many", "when", "how much", "year", "how long"],
        "ABBR": ["stand for", "abbreviation"],
    },
    "sms": {
        "spam": ["free", "prize", "txt", "call now", "claim", "win", "urgent"],
        "ham": ["i", "lol", "love", "home", "ok", "sorry"],
    },
    "agnews": {
        "World": ["iraq", "minister", "palestinian", "killed", "president", "troops"],
        "Sports": ["game", "season", "cup", "coach", "victory", "olympic"],
        "Business": ["oil", "stocks", "profit", "shares", "prices", "sales"],
        "Sci/Tech": ["software", "microsoft", "internet", "computer", "space", "online"],
    },
}
CARELESS = {
    "trec6": {"DESC": ["what"], "LOC": ["in"], "ENTY": ["the"]},
    "sms": {"spam": ["you", "to"]},
    "agnews": {"World": ["said", "new"], "Business": ["us", "the"]},
}


def test_silence_is_no_evidence() -> None:
    """Two rules that each say one label, of items that people say are half and half."""
    votes = csr_matrix(np.array([[1, 0], [0, 1], [0, 0], [1, 1]], dtype=float))
    found = fit_label_model(votes, np.array([0, 1]), np.array([UNKNOWN] * 4), 2)
    proba = found.predict_proba(votes)
    assert proba[0] == pytest.approx([0.75, 0.25]) and proba[1] == pytest.approx([0.25, 0.75])
    assert proba[2] == pytest.approx([0.5, 0.5]) and proba[3] == pytest.approx([0.5, 0.5])


def test_a_rule_that_people_contradict_is_outvoted() -> None:
    """The first rule is always wrong, the second always right; of half of the items neither speaks."""
    votes = csr_matrix(np.repeat([[1, 0], [0, 1], [0, 0], [1, 1]], [30, 30, 60, 1], axis=0).astype(float))
    truth = np.array([1] * 60 + [0] * 60 + [UNKNOWN])
    found = fit_label_model(votes, np.array([0, 1]), truth, 2)
    assert found.accuracy[0] < 0.2 < 0.8 < found.accuracy[1]
    assert found.predict_proba(votes[120])[0, 1] > 0.95


def test_few_answers_say_little_of_a_rule() -> None:
    votes = csr_matrix(np.ones((1, 1)))
    found = fit_label_model(votes, np.array([0]), np.array([1]), 2)
    assert 0.4 < found.accuracy[0] < 0.75


def test_votes_are_counted_by_rule() -> None:
    items, rules = np.array([1, 1, 2, 3, 3, 4]), np.array([0, 1, 0, 0, 2, 2])
    counted = count_votes(items, rules, np.array([0, 0, 1]))
    assert counted.hits.tolist() == [3, 1, 2]
    assert counted.overlap.tolist() == [2, 1, 1]
    assert counted.conflict.tolist() == [1, 0, 1]


@pytest.mark.parametrize("name", RULES)
@pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the shared data is not here")
def test_it_is_no_worse_than_the_majority_and_says_how_sure_it_is(name: str) -> None:
    for answered in (0, 100, 500):
        better, off = compared(name, answered)
        assert better >= (0.0 if answered == 0 else -0.005), answered
        assert off < (0.25 if answered == 0 else 0.15), answered


@pytest.mark.parametrize("name", RULES)
@pytest.mark.skipif(not shared_data.FOLDER.exists(), reason="the shared data is not here")
def test_careless_rules_are_found_out_by_a_hundred_answers(name: str) -> None:
    assert compared(name, 100, CARELESS[name])[0] > 0.15


def compared(name: str, answered: int, more: dict[str, list[str]] | None = None) -> tuple[float, float]:
    """By how much the label model is right more often than the majority, where a rule spoke; and how far its
    probability is from how often it is right, on the whole."""
    with open(shared_data.FOLDER / name / "train.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:4000]
    labels = sorted(RULES[name])
    words = {label: RULES[name][label] + (more or {}).get(label, []) for label in labels}
    conditions = [(label, Condition("keyword", word)) for label in labels for word in words[label]]
    matched = list(run_rules([one for _, one in conditions], [({"text": row["text"]}, None) for row in rows]))
    votes = np.zeros((len(rows), len(conditions)))
    for rule, found in enumerate(matched):
        votes[found.positions, rule] = 1
    says = np.array([labels.index(label) for label, _ in conditions])
    truth = np.array([labels.index(row["label"]) for row in rows])
    known = np.full(len(rows), UNKNOWN)
    known[:answered] = truth[:answered]
    model = fit_label_model(csr_matrix(votes), says, known, len(labels))
    spoken = np.flatnonzero(votes[answered:].sum(axis=1) > 0) + answered
    proba = model.predict_proba(csr_matrix(votes[spoken]))
    right = proba.argmax(axis=1) == truth[spoken]
    simple = majority(csr_matrix(votes[spoken]), says, len(labels)) == truth[spoken]
    return float(right.mean() - simple.mean()), abs(float(proba.max(axis=1).mean() - right.mean()))
