"""Test cases and slices of every kind of answer: checked by the task type, run and measured alike."""

from typing import Any

import pytest
from sample_texts import texts

from labeler.client import ApiError, Project


def rated(truth: str) -> int:
    return 5 if truth == "spam" else 1


def several(truth: str) -> list[str]:
    return ["news", "sports"] if truth == "spam" else []


KINDS: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "rating": ({"scale": {"min": 1, "max": 5}}, rated, 9, "mae"),
    "multi_choice": ({"labels": ["news", "sports"]}, several, ["news", "weather"], "macro_f1"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_other_answers_are_run_and_measured(service: Any, admin: Any, kind: str) -> None:
    parts, answer, wrong, primary = KINDS[kind]
    project: Project = admin.client.projects.create("Other", task_type=kind, **parts)
    rows = texts(90)
    for number, row in enumerate(rows):
        row["split"] = "holdout" if number < 40 else "train"
        if number < 80:
            row["label"] = answer(row["metadata"]["truth"])
    project.items.add(rows, progress=False)
    keys = [row["key"] for row in rows[80:]]
    project.slices.create("All", {"split": "holdout"})
    made = project.test_cases.create("Ten", {row["key"]: answer(row["metadata"]["truth"]) for row in rows[80:]})
    with pytest.raises(ApiError) as refused:
        project.test_cases.set_items(made.id, {keys[0]: wrong})
    assert refused.value.errors[0]["pointer"] == "/items/0/value"
    service.run_jobs()
    project.train()
    service.run_jobs()
    model = project.models(1)[0]
    (run,) = model.test_cases
    assert (run.items, run.right + run.wrong) == (10, 10) and run.right > 0
    (part,) = model.slices
    assert (part.labels, part.why) == (40, None)
    assert primary in part.metrics and 0 <= (part.right.low or 0) <= (part.right.value or 0)
    whole = (model.metrics or {})[primary]
    assert part.metrics[primary].value == pytest.approx(whole["value"])
    told = project.test_run(model.number, made.id).entries
    assert {one.outcome for one in told} <= {"right", "wrong"}
    assert all((one.expected == one.said) == (one.outcome == "right") for one in told)
    assert "## Slices of the holdout" in project.model_card(model.number)
