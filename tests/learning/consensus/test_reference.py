"""The same figures as the libraries that are the reference: cleanlab 2.9 and crowd-kit 1.4 said these once."""

import csv

import numpy as np
import pytest
import shared_data

from labeler.learning.consensus.base import Judgments, Shape, find

NONE = -1
SAID = """-1 2 -1 -1, -1 -1 2 2, 0 0 0 -1, -1 1 2 2, 1 -1 2 1, 1 1 -1 1, 1 -1 -1 -1, -1 0 -1 -1, 2 2 -1 0,
-1 0 -1 -1, 0 2 0 -1, 1 -1 -1 1"""
MODEL = """.21 .1 .69, .35 .11 .54, .63 .09 .28, .18 .01 .81, .06 .9 .04, .31 .52 .17, .44 .52 .04, .61 .39 0,
.04 .39 .57, .74 .18 .08, .66 .33 .01, .08 .51 .41"""
ANSWERS = [2, 2, 0, 2, 1, 1, 1, 0, 2, 0, 0, 1]
SURE = [
    *(0.707146, 0.629747, 0.714775, 0.753903, 0.789177, 0.655642),
    *(0.606759, 0.636715, 0.579975, 0.751165, 0.672849, 0.634663),
]


def test_crowdlab_says_what_cleanlab_says() -> None:
    table = np.array([[int(cell) for cell in row.split()] for row in SAID.split(",")])
    proba = np.array([[float(cell) for cell in row.split()] for row in MODEL.split(",")])
    items, people = np.nonzero(table != NONE)
    given = Judgments(items, people, table[items, people], Shape(12, 4, 3), None, proba)
    found = find("crowdlab").function(given).posterior
    assert found.argmax(axis=1).tolist() == ANSWERS
    assert found.max(axis=1) == pytest.approx(SURE, abs=2e-6)


BEST = {("dogs", 3): 0.7678, ("rte", 3): 0.8479, ("weather", 3): 0.8059}
"""Accuracy of the best of crowd-kit's methods (majority, both Dawid-Skene, GLAD, M-MSR, MACE), mean of 20 draws."""


@pytest.mark.skipif(not (shared_data.FOLDER / "crowd").exists(), reason="the crowd's labels are not here")
@pytest.mark.parametrize(("name", "k"), BEST)
def test_answers_are_as_often_right_as_the_best_of_crowd_kit(name: str, k: int) -> None:
    """A short form of docs/benchmarks/answers.md: 5 of the 20 draws, so a point of leeway."""
    with (shared_data.FOLDER / "crowd" / name / "items.csv").open() as file:
        truth = {row["id"]: row["label"] for row in csv.DictReader(file)}
    with (shared_data.FOLDER / "crowd" / name / "labels.csv").open() as file:
        rows = [(row["item_id"], row["labeler"], row["label"]) for row in csv.DictReader(file)]
    labels = sorted({label for *_, label in rows} | set(truth.values()))
    places = [sorted(truth), sorted({who for _, who, _ in rows}), labels]
    table = np.array([[column.index(cell) for column, cell in zip(places, row, strict=True)] for row in rows])
    answers = np.array([labels.index(truth[item]) for item in places[0]])
    right = []
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(table))
        order = order[np.argsort(table[order, 0], kind="stable")]
        starts = np.r_[0, np.flatnonzero(np.diff(table[order, 0])) + 1]
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
        items, people, codes = table[order[rank < k]].T
        shape = Shape(len(answers), len(places[1]), len(labels))
        found = find("dawid_skene").function(Judgments(items, people, codes, shape)).posterior
        right.append((found.argmax(axis=1) == answers).mean())
    assert np.mean(right) >= BEST[name, k] - 0.01
