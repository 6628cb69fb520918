"""The pace and the figures of `make bench-learning`."""

import importlib
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[1] / "bench" / "learning"


@pytest.fixture
def figures(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARK)
    return importlib.import_module("figures")


@pytest.fixture
def pace(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARK)
    return importlib.import_module("pace")


def test_models_come_often_while_they_are_young(pace):
    assert pace.marks(160) == [5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100, 125, 150]
    assert pace.marks(4) == []


def test_an_area_weighs_by_labels_and_not_by_models(figures):
    every_label = {"labels": list(range(5, 101, 5)), "scores": [n / 100 for n in range(5, 101, 5)]}
    few_models = {"labels": [5, 10, 100], "scores": [0.05, 0.10, 1.00]}
    assert figures.area(every_label) == pytest.approx(figures.area(few_models)) == pytest.approx(0.525)
    assert figures.area(every_label, 50) == pytest.approx(0.275)


def test_labels_needed_are_those_of_the_first_model_there_even_a_late_one(figures):
    record = {"labels": [5, 10], "scores": [0.4, 0.6], "late": {"labels": [20, 30], "scores": [0.8, 0.7]}}
    assert figures.labels_to(record, 0.6) == (10, True)
    assert figures.labels_to(record, 0.75) == (20, True)
    assert figures.labels_to(record, 0.9) == (40, False)
