"""An outside package adds a task type (labels at places in a text) and a kind of content (pictures)."""

import random
from pathlib import Path
from typing import Any

import pytest

from labeler.client import ApiError, Project
from labeler.plugins import registries


def spans_of(text: str) -> list[list[Any]]:
    names = {"Rome": "place", "Oslo": "place", "Ada": "person", "Max": "person"}
    return [[text.index(word), text.index(word) + len(word), name] for word, name in names.items() if word in text]


def sentences(n: int) -> list[str]:
    rng = random.Random(0)
    parts = ["met Ada", "saw Max", "went to Rome", "left Oslo", "slept", "ate soup", "read"]
    return [f"We {' and '.join(rng.sample(parts, 2))} on day {day}" for day in range(n)]


@pytest.fixture
def spans(installed: None, admin: Any) -> Project:
    project = admin.client.projects.create("Names", task_type="acme_spans", labels=["person", "place"])
    rows = [{"key": f"m{n}", "text": text} for n, text in enumerate(sentences(90))]
    project.items.add(rows, progress=False)
    return project


@pytest.mark.one_database
def test_spans_from_label_to_prediction(service: Any, spans: Project, tmp_path: Path) -> None:
    texts = sentences(90)
    for number in range(60):
        spans.label(f"m{number}", spans_of(texts[number]))
    counted = spans.progress().labels.by_label
    assert counted["person"] == sum("person" in str(spans_of(text)) for text in texts[:60])
    found = spans.client.get(f"{spans.path}/items", label="place", limit=100)["items"]
    assert {item["key"] for item in found} == {f"m{n}" for n in range(60) if "place" in str(spans_of(texts[n]))}
    spans.train()
    service.run_jobs()
    model = spans.models()[0]
    assert model.report["primary"] == "acme_found" and model.metrics["acme_found"]["value"] is not None
    assert spans.queue.next(3)
    spans.promote(model.number)
    assert spans.predict([{"text": "We met Ada"}])[0].proba["person"] > 0.5
    copy = spans.client
    exported = spans.export(tmp_path / "all.jsonl", "jsonl")
    again = copy.projects.create("Copy", task_type="acme_spans", labels=["person", "place"])
    job = again.import_file(exported)
    service.run_jobs()
    assert job.refresh().result["refused"] == 0
    assert {row.item_key: row.value for row in again.answers()} == {row.item_key: row.value for row in spans.answers()}
    spans.change_schema(labels=["human", "place"], mapping={"person": "human"})
    assert spans.progress().labels.by_label["human"] == counted["person"]


@pytest.mark.parametrize("value", ["Ada", [[0, 999, "person"]], [[5, 2, "person"]], [[0, 2, "dog"]], [[0, 2]], None])
def test_what_is_no_span_of_the_text_is_refused(spans: Project, value: Any) -> None:
    with pytest.raises(ApiError) as refused:
        spans.label("m0", value)
    assert refused.value.status == 422


def test_a_task_type_is_only_asked_about_its_kinds_of_content(installed: None, admin: Any) -> None:
    with pytest.raises(ApiError, match='content: "table" is not what "acme_spans" is asked about, expected text'):
        admin.client.projects.create("T", task_type="acme_spans", labels=["a"], content="table")
    project = admin.client.projects.create("T", task_type="acme_spans", labels=["a"])
    told = project.client.post(f"{project.path}/items", json=[{"fields": {"a": 1}}])
    assert told["refused"] == 1 and "acme_spans is asked about text" in told["errors"][0]["reason"]


def test_pictures_from_item_to_prediction(installed: None, service: Any, admin: Any) -> None:
    rng = random.Random(0)

    def picture(bright: str) -> list[list[int]]:
        left, right = (200, 30) if bright == "left" else (30, 200)
        return [[left + rng.randrange(40), right + rng.randrange(40)] for _ in range(3)]

    project = admin.client.projects.create("P", labels=["left", "right"], content="acme_image")
    sides = ["left", "right"] * 40
    rows = [{"key": f"m{n}", "acme_image": picture(side), "label": side} for n, side in enumerate(sides)]
    told = project.client.post(f"{project.path}/items", json=[*rows, {"text": "a text"}, {"acme_image": [[1], [300]]}])
    assert told["taken"] == 80 and [error["field"] for error in told["errors"]] == ["text", "acme_image"]
    project.train()
    service.run_jobs()
    model = project.models()[0]
    assert model.metrics["accuracy"]["value"] > 0.9
    project.promote(model.number)
    assert project.predict([{"acme_image": picture("right")}])[0].value == "right"
    reproduced = project.reproduce(model.number)
    service.run_jobs()
    assert reproduced.refresh().result["identical"]


def test_a_broken_task_type_is_named_and_the_others_work(installed: None, admin: Any) -> None:
    names = [one["name"] for one in admin.client.get("/task-types")["items"]]
    assert {"acme_spans", "choice", "multi_choice", "rating"} <= set(names)
    assert "can't be imported" in registries()["tasks"].broken["acme_broken"]
