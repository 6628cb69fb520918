"""A model's card and report: what rooms know of it, for people and for the Hub."""

import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from labeler.client import Project
from labeler.retraining.asking import PIPELINE

Add = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def known(service: Any, two_models: Project) -> Project:
    """A project whose live model was trained again, and whose drift somebody has looked at."""
    two_models.test_pipeline()
    service.run_jobs(kinds=(PIPELINE,))
    return two_models


def head_of(card: str) -> dict[str, Any]:
    """The front matter: JSON is YAML."""
    lines = card.split("---\n", 2)[1].splitlines()
    return {name: orjson.loads(value) for name, value in (line.split(": ", 1) for line in lines)}


def test_every_room_has_its_say_in_the_card(known: Project) -> None:
    card = known.model_card(1)
    for heading in ("What it is sure of", "Made again", "Readiness for production", "How it was made"):
        assert f"## {heading}" in card
    assert "every prediction was the same" in card
    assert "Readiness for production" not in known.model_card(2), "it is about the model that one relies on"


def test_the_hub_reads_its_figures(known: Project) -> None:
    head = head_of(known.model_card(1))
    assert head["library_name"] == "labelloop" and "choice" in head["tags"]
    (result,) = head["model-index"][0]["results"]
    accuracy = known.model(1).metrics["accuracy"]["value"]  # type: ignore[index]
    assert result["task"]["type"] == "text-classification"
    assert {"type": "accuracy", "name": "Accuracy", "value": round(accuracy, 6)} in result["metrics"]
    assert result["dataset"]["revision"] == known.model(1).dataset.tag


def test_the_report_is_one_file_that_loads_nothing(known: Project) -> None:
    page = known.model_report(1)
    assert page.count("<svg") >= 2 and "Readiness for production" in page and "library_name" not in page
    assert not re.search(r"<script|\bsrc=|href=\"http|url\(|@import", page)


def test_names_of_people_are_no_markup(service: Any, admin: Any, add_texts: Add, project: Project) -> None:
    project.change(name='<b>SMS</b> | --- "x"', settings={"model": "logistic_regression"})
    add_texts(60)
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(20)})
    project.train()
    service.run_jobs(kinds=("training.train",))
    page = project.model_report(1)
    assert "<b>" not in page and "&lt;b&gt;SMS" in page
    assert head_of(project.model_card(1))["model_name"].startswith("<b>SMS</b>")


def test_a_model_that_was_not_measured_has_a_report(service: Any, project: Project, add_texts: Add) -> None:
    project.change(settings={"model": "logistic_regression", "holdout_share": 0.0})
    add_texts(40)
    project.label_many({item.key: item.metadata["truth"] for item in project.queue.next(20)})
    project.train()
    service.run_jobs(kinds=("training.train",))
    page = project.model_report(1)
    assert "<svg" not in page and "not measured" in page
    assert "model-index" not in head_of(project.model_card(1))
