"""Rules as noisy labelers: the majority against the label model, and how sure it is. docs/benchmarks/answers.md."""

import csv
from typing import Any

import numpy as np
import pytest
import shared_data
from scipy.sparse import csr_matrix

from labeler.learning.evaluation.classification import calibration_error
from labeler.learning.heuristics import Condition
from labeler.learning.heuristics.label_model import UNKNOWN, majority
from labeler.learning.heuristics.noisy_answers import fit_noisy_answers
from labeler.learning.heuristics.running import run_rules

pytestmark = [
    pytest.mark.bench,
    pytest.mark.skipif(not (shared_data.FOLDER / "sms").exists(), reason="the public data is not here"),
]
RULES = {  # five keywords each, one of them careless
    "sms": [("spam", "free"), ("spam", "txt"), ("spam", "you"), ("ham", "i"), ("ham", "ok, lol, sorry, home")],
    "trec6": [
        ("DESC", "what is, what does, why"),
        ("HUM", "who, whose"),
        ("LOC", "where, country, city, in"),
        ("NUM", "how many, when, how much"),
        ("ENTY", "what kind, what color, animal, the"),
    ],
}
DRAWS = 20


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("answered", [50, 100, 500])
def test_the_label_model_beside_the_majority(name: str, answered: int, report: Any) -> None:
    with open(shared_data.FOLDER / name / "train.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[:4_000]
    labels = sorted({row["label"] for row in rows})
    says = np.array([labels.index(label) for label, _ in RULES[name]])
    conditions = [Condition("keyword", words) for _, words in RULES[name]]
    votes = np.zeros((len(rows), len(says)))
    for rule, found in enumerate(run_rules(conditions, [({"text": row["text"]}, None) for row in rows])):
        votes[found.positions, rule] = 1
    truth = np.array([labels.index(row["label"]) for row in rows])
    figures = []
    for seed in range(DRAWS):
        order = np.random.default_rng(seed).permutation(len(rows))
        known, rest = order[:answered], order[answered:]
        rest = rest[votes[rest].sum(axis=1) > 0]
        model = fit_noisy_answers(csr_matrix(votes[known]), says, truth[known], len(labels))
        best, sure, _ = model.answers(csr_matrix(votes[rest]))
        right = best == truth[rest]
        simple = majority(csr_matrix(votes[rest]), says, len(labels)) == truth[rest]
        told = best != UNKNOWN
        off = calibration_error(sure[told], right[told])
        figures.append((simple.mean(), simple[told].mean(), right[told].mean(), told.mean(), off))
    means = np.round(np.mean(figures, axis=0), 3).tolist()
    names = ("majority", "majority_there", "found", "answered", "off")
    report.add(f"rules on {name}, {answered} labels", **dict(zip(names, means, strict=True)))
    assert means[2] >= means[1] - 0.01 and means[4] < 0.1
