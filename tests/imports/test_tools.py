"""Files of labeling tools go in with every label accounted for (G25)."""

import json
from typing import Any

import pytest

from labeler.client import Project
from labeler.wire.imports import ROW_FATES


def region(name: str, type: str, value: Any) -> dict[str, Any]:
    return {"from_name": name, "to_name": "text", "type": type, "value": {type: value}}


def annotation(who: str, *result: Any, **more: Any) -> dict[str, Any]:
    return {"completed_by": {"email": who}, "was_cancelled": False, "result": list(result), **more}


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


TASKS = lines(
    {"id": 1, "data": {"text": "win a prize"}, "annotations": [
        annotation("ann", region("kind", "choices", ["spam"]), region("stars", "rating", 4)),
        annotation("bob", region("kind", "choices", ["HAM"])),
        annotation("eve", was_cancelled=True),
    ]},
    {"id": 2, "data": {"text": "see you at noon"}, "annotations": [
        annotation("ann", region("kind", "choices", ["ham", "spam"]), region("stars", "rating", 5)),
        annotation("bob", region("kind", "choices", ["eggs"])),
    ], "predictions": [{"model_version": "m", "score": 0.8, "result": [region("kind", "choices", ["ham"])]}]},
)  # fmt: skip


def given(project: Project, key: str) -> list[tuple[str, Any]]:
    return sorted((one.labeler.name, one.value) for one in project.items.get(key).labels)


def test_every_annotation_of_label_studio_has_a_fate(project: Project, bring: Any) -> None:
    result = bring(project, TASKS, name="export.json").result
    assert result["balance"]["labels"] == {"recorded": 2, "unknown": 1, "unclear": 1, "rejected": 1}
    assert result["balance"]["predictions"] == 1 and result["plan"]["format"] == "label_studio"
    assert given(project, "1") == [("ann", "spam"), ("bob", "ham")] and given(project, "2") == []


def test_of_several_questions_the_projects_own_is_taken(admin: Any, bring: Any) -> None:
    project = admin.client.projects.create("Stars", task_type="rating", scale={"min": 1, "max": 5})
    result = bring(project, TASKS).result
    assert result["plan"]["mapping"]["label"] == "stars"
    assert result["balance"]["labels"] == {"recorded": 2, "rejected": 1} and result["balance"]["predictions"] == 0
    assert given(project, "1") == [("ann", 4)] and given(project, "2") == [("ann", 5)]
    kept = project.items.get("1").metadata["kind"]
    assert kept == [{"value": ["spam"], "labeler": "ann"}, {"value": ["HAM"], "labeler": "bob"}]


def test_two_annotators_of_prodigy_share_an_item(project: Project, bring: Any) -> None:
    options = [{"id": name, "text": name} for name in ("spam", "ham")]
    about = {"text": "win a prize", "_input_hash": 7, "options": options}
    rows = [
        {**about, "accept": ["spam"], "answer": "accept", "_annotator_id": "ann"},
        {**about, "accept": ["ham"], "answer": "accept", "_annotator_id": "bob"},
        {**about, "accept": ["ham"], "answer": "reject", "_annotator_id": "eve"},
        {**about, "accept": [], "answer": "ignore", "_annotator_id": "dan"},
    ]
    result = bring(project, lines(*rows)).result
    assert result["balance"]["rows"] == dict.fromkeys(ROW_FATES, 0) | {"labeled": 1, "repeated_same": 3}
    assert result["balance"]["labels"] == {"recorded": 2, "rejected": 1, "ignored": 1}
    assert given(project, "7") == [("ann", "spam"), ("bob", "ham")]


@pytest.mark.parametrize("mapping", [None, {"key": "id", "text": "text", "label": "label"}])
def test_argillas_responses_go_to_their_users(project: Project, bring: Any, mapping: Any) -> None:
    row = {
        "id": "r1", "status": "completed", "_server_id": "s", "text": "win a prize",
        "label.responses": ["spam", "ham", "ham"], "label.responses.users": ["ann", "bob", "eve"],
        "label.responses.status": ["submitted", "discarded", "draft"],
    }  # fmt: skip
    result = bring(project, lines(row), mapping).result
    assert result["balance"]["labels"] == {"recorded": 1, "rejected": 1, "ignored": 1}
    assert given(project, "r1") == [("ann", "spam")]
