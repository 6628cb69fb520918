"""Likely label errors: planted ones are found, most of what is found is planted, and odd items are told from others."""

import csv
import time
from typing import Any

import numpy as np
import pytest
import shared_data
from sample_texts import texts

from labeler.learning.errors import TooFewLabels
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection
from labeler.learning.label_errors import wrong_choices, wrong_ratings, wrong_sets
from labeler.learning.odd_items import Neighborhood

MOST = 2_000


def features(said: list[str]) -> Any:
    contents = [{"text": text} for text in said]
    pipeline = pipeline_for(contents[:500])
    block = pipeline.extract(contents)
    pipeline.fit([block])
    return pipeline.transform(block)


def read(name: str, most: int = MOST) -> tuple[Any, list[str]]:
    with (shared_data.FOLDER / name / "train.csv").open() as file:
        rows = list(csv.DictReader(file))[:most]
    return features([row["text"] for row in rows]), [row["label"] for row in rows]


def planted(values: list[Any], other: Any, share: float = 0.05) -> tuple[list[Any], np.ndarray[Any, Any]]:
    """The same values with a share of wrong ones, and where these are. other(value, rng): a wrong one."""
    rng = np.random.default_rng(1)
    bad = np.sort(rng.choice(len(values), int(share * len(values)), replace=False))
    given = list(values)
    for place in bad.tolist():
        given[place] = other(values[place], rng)
    return given, bad


def found_of(positions: Any, bad: Any) -> tuple[float, float]:
    """Recall and precision."""
    hits = np.isin(positions, bad)
    return hits.sum() / len(bad), float(hits.mean())


def another(names: list[str]) -> Any:
    return lambda value, rng: str(rng.choice([name for name in names if name != value]))


def test_planted_errors_among_texts_of_two_kinds_are_found() -> None:
    rows = texts(600)
    given, bad = planted([row["metadata"]["truth"] for row in rows], another(["spam", "ham"]))
    found = wrong_choices(features([row["text"] for row in rows]), given)
    recall, precision = found_of(found.positions, bad)
    assert recall >= 0.95 and precision >= 0.95
    assert all(said != given[place] for said, place in zip(found.said, found.positions.tolist(), strict=True))
    assert found.score.tolist() == sorted(found.score.tolist(), reverse=True) and found.score.max() <= 1


@pytest.mark.skipif(not (shared_data.FOLDER / "sms").exists(), reason="the texts are not here")
@pytest.mark.parametrize(("name", "least_recall", "least_at_head"), [("sms", 0.78, 0.9), ("trec6", 0.7, 0.75)])
def test_planted_errors_among_real_texts_are_found(name: str, least_recall: float, least_at_head: float) -> None:
    """Of 5 % planted errors; at the head: the worst half as many as were planted. Some of what else is found is no
    mistake of the search: the data have errors of their own."""
    rows, values = read(name)
    given, bad = planted(values, another(sorted(set(values))))
    found = wrong_choices(rows, given)
    recall, _ = found_of(found.positions, bad)
    _, at_head = found_of(found.positions[: len(bad) // 2], bad)
    assert recall >= least_recall and at_head >= least_at_head


def test_it_takes_about_as_long_as_its_five_models() -> None:
    from sklearn.svm import LinearSVC

    rows = texts(3_000)
    seen, given = features([row["text"] for row in rows]), [row["metadata"]["truth"] for row in rows]
    wrong_choices(seen[:100], given[:100])  # what it imports
    spent = []
    for work in (lambda: LinearSVC(C=0.1).fit(seen, given), lambda: wrong_choices(seen, given)):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    assert spent[1] < 25 * spent[0] + 0.5


def test_of_sets_each_label_is_judged_by_itself() -> None:
    rows = texts(400)
    values = [["text", "offer"] if row["metadata"]["truth"] == "spam" else ["text"] for row in rows]
    given, bad = planted(values, lambda value, _: ["text"] if len(value) == 2 else ["text", "offer"])
    found = wrong_sets(features([row["text"] for row in rows]), given)
    recall, precision = found_of(found.positions, bad)
    assert recall >= 0.95 and precision >= 0.95
    assert all(set(said) == set(values[place]) for said, place in zip(found.said, found.positions.tolist(), strict=True)
               if place in set(bad.tolist()))  # fmt: skip


@pytest.mark.skipif(not (shared_data.FOLDER / "multi").exists(), reason="the texts are not here")
def test_of_sets_that_words_tell_little_about_few_are_doubted_and_those_with_reason() -> None:
    """Of 5 % with a label for another; a look that doubts a third of all answers is read by nobody."""
    rows, said = read("multi")
    values = [value.split("|") for value in said]
    names = sorted({name for value in values for name in value})

    def swapped(value: list[str], rng: np.random.Generator) -> list[str]:
        return [*value[1:], str(rng.choice([name for name in names if name not in value]))]

    given, bad = planted(values, swapped)
    found = wrong_sets(rows, given)
    recall, precision = found_of(found.positions, bad)
    _, at_head = found_of(found.positions[: len(bad) // 2], bad)
    assert len(found) <= 0.1 * len(given) and recall >= 0.2 and precision >= 0.35 and at_head >= 0.4
    assert all(set(found.said[n]) != set(given[place]) for n, place in enumerate(found.positions.tolist()))


def test_of_numbers_those_far_from_what_is_expected() -> None:
    rows = texts(400)
    rng = np.random.default_rng(0)
    values = [float((1 if row["metadata"]["truth"] == "spam" else 4) + rng.integers(2)) for row in rows]
    given, bad = planted(values, lambda value, _: 5.0 if value < 3 else 1.0)
    found = wrong_ratings(features([row["text"] for row in rows]), given)
    recall, precision = found_of(found.positions, bad)
    assert recall >= 0.9 and precision >= 0.9
    assert all(abs(said - values[place]) <= 1 for said, place in zip(found.said, found.positions.tolist(), strict=True)
               if place in set(bad.tolist()))  # fmt: skip


@pytest.mark.parametrize("values", [["spam"] * 50, ["spam", "ham", "spam"], ["spam"] * 48 + ["ham"] * 2])
def test_nothing_is_said_without_two_labels_that_have_answers(values: list[str]) -> None:
    rows = features([row["text"] for row in texts(len(values))])
    with pytest.raises(TooFewLabels):
        wrong_choices(rows, values)
    with pytest.raises(TooFewLabels):
        wrong_sets(rows, [[value] for value in values])
    with pytest.raises(TooFewLabels):
        wrong_ratings(rows[:3], [1.0, 2.0, 3.0])


def test_duplicates_that_differ_and_what_is_unlike_all_others_are_told_apart() -> None:
    said = [row["text"] for row in texts(60)]
    said += [
        "Meet me at the station at nine, and bring the tickets",
        "meet me at the station at nine and bring the tickets!",
    ]
    said += ["Θεώρημα: κάθε συνεχής συνάρτηση"]
    rows = features(said)
    around = Neighborhood(Projection.of(rows).transform(rows), rows)
    answers = ["x"] * 60 + ["spam", "ham", "x"]
    found = around.contradictions(lambda a, b: float(answers[a] != answers[b]))
    assert [odd.position for odd in found] == [60, 61] and found[0].score == 0.5
    assert [place for place, _ in found[0].near] == [61]
    assert around.contradictions(lambda a, b: 0.0) == []
    assert [odd.position for odd in around.outliers()] == [62]


def test_a_few_items_are_neither() -> None:
    for n in (1, 2, 3):
        rows = features([row["text"] for row in texts(n)])
        around = Neighborhood(Projection.of(rows).transform(rows), rows)
        assert around.outliers() == [] and around.contradictions(lambda a, b: 0.0) == []
