"""The answers in force, as everybody reads them."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.client import Project
from labeler.insight.items import find_item
from labeler.quality.queries import answers_in_order
from labeler.wire.quality import AnswerOut

Add = Callable[..., Any]


def answers(project: Project) -> dict[str, tuple[Any, float]]:
    rows = project.answers()
    return {row.item_key: (row.value, row.confidence) for row in rows}


def test_answers_follow_the_labels(service: Any, project: Project, labelers: list[Project], add_texts: Add) -> None:
    project.client.patch(project.path, json={"settings": {"overlap": 2}})
    add_texts(4)
    labelers[0].label("m2", "spam")
    labelers[0].label("m0", "ham")
    undone = labelers[0].label("m1", "ham").label
    labelers[0].undo(undone.id)
    labelers[1].label("m2", "ham")
    assert answers(project) == {"m2": ("spam", 0.5), "m0": ("ham", 1.0)}
    labelers[0].label("m2", "ham")
    assert answers(project)["m2"] == ("ham", 1.0)
    project_id = project.info.id
    ids = {key: service.db.read(find_item, project_id, key).id for key in ("m0", "m2")}
    in_order = [(ids["m2"], "ham", ["ham"]), (ids["m0"], "ham", ["ham"])]
    assert service.db.read(answers_in_order, project_id) == in_order
    assert project.items.get("m2").answer == AnswerOut(value="ham", confidence=1.0, method="majority")


def test_labels_of_kinds_that_do_not_count_are_kept_and_count_nowhere(
    service: Any, project: Project, labelers: list[Project], add_texts: Add
) -> None:
    add_texts(3)
    machine = service.join(project, service.person("labeler", kind="simulated"))
    theirs = machine.client.projects.get(project.slug)
    theirs.label("m0", "spam")
    assert answers(project) == {}
    assert project.progress().items.labeled == 0
    assert [label.kind for label in project.items.get("m0").labels] == ["simulated"]
    labelers[0].label("m0", "ham")
    assert answers(project) == {"m0": ("ham", 1.0)}
    project.client.patch(project.path, json={"settings": {"counting": ["simulated"]}})
    service.run_jobs()
    assert answers(project) == {"m0": ("spam", 1.0)}
    assert project.progress().items.labeled == 1
    project.client.patch(project.path, json={"settings": {"counting": ["person", "simulated"]}})
    service.run_jobs()
    assert answers(project) == {"m0": ("spam", 0.5)}


@pytest.mark.parametrize(
    ("task_type", "parts", "given", "filters"),
    [
        (
            "multi_choice",
            {"labels": ["rain", "wind", "sun"]},
            {"m0": ["wind", "rain"], "m1": [], "m2": ["sun"]},
            {("label", "rain"): ["m0"], ("label", "sun"): ["m2"]},
        ),
        (
            "rating",
            {"scale": {"min": 1, "max": 5}},
            {"m0": 1, "m1": 4, "m2": 5},
            {("min", 4): ["m1", "m2"], ("max", 1): ["m0"]},
        ),
    ],
)
def test_answers_of_other_task_types_are_kept_filtered_and_counted(
    admin: Any, task_type: str, parts: Any, given: dict[str, Any], filters: dict[Any, list[str]]
) -> None:
    project = admin.client.projects.create("P", task_type=task_type, **parts)
    project.items.add([{"key": f"m{n}", "text": f"text {n}"} for n in range(4)], progress=False)
    for key, value in given.items():
        project.label(key, value)
    task_values = {"m0": ["rain", "wind"]} if task_type == "multi_choice" else {}
    assert answers(project) == {key: (value, 1.0) for key, value in (given | task_values).items()}
    for (name, value), keys in filters.items():
        found = project.client.get(f"{project.path}/items", **{name: value})["items"]
        assert [item["key"] for item in found] == keys
    counted = project.progress().labels.by_label
    if task_type == "multi_choice":
        assert counted == {"rain": 1, "wind": 1, "sun": 1}
    else:
        assert counted == {"1": 1, "2": 0, "3": 0, "4": 1, "5": 1}
    found = project.items.get("m3")
    assert found.answer is None


def test_a_number_is_no_filter_where_answers_are_labels(project: Project) -> None:
    answer = project.client._http.get(f"{project.path}/items", params={"min": 3})
    assert answer.status_code == 422 and "the answers of this project are none" in answer.json()["detail"]
