"""Data that learning can make little of: a clear state, no failed job, and the queue keeps serving."""

from collections.abc import Callable
from typing import Any

import pytest

from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs

Rows = list[dict[str, Any]]

KINDS: dict[str, Callable[[int], dict[str, Any]]] = {
    "all items identical": lambda n: {"text": "the same text"},
    "texts without words": lambda n: {"text": "… !!! ???"[: 3 + n % 5] + " " * (n % 3)},
    "constant columns": lambda n: {"fields": {"a": 1, "b": "x", "c": 0.0}},
    "missing cells": lambda n: {
        "fields": {"a": None if n % 2 else n, "b": None, "c": "" if n % 3 else "x", "d": n % 4}
    },
    "huge and tiny numbers": lambda n: {"fields": {"a": 1e300 if n % 2 else -1e300, "b": 1e-300 * n}},
    "a category each": lambda n: {"fields": {"id": f"user-{n}-{n * 7919 % 10007}", "n": n % 2}},
    "a column of dates": lambda n: {"fields": {"day": f"2026-01-{1 + n % 28:02}", "note": "1" if n % 2 else "later"}},
    "one very long text": lambda n: {"text": "word " * (15_000 if n == 0 else 2 + n % 3)},
    "no alphabet": lambda n: {"text": "日本語のテキスト" if n % 2 else "🎉🎊 🥳"},
}


def failed_jobs(service: Any) -> list[str]:
    rows = service.db.read(lambda tx: tx.execute(jobs.select().where(jobs.c.state == "failed")).all())
    return [f"{row.kind}: {row.error}" for row in rows]


def labeled(service: Any, rows: Rows, answers: list[str], **settings: Any) -> Any:
    """A project of these rows, its first items labeled with these answers and trained."""
    project = service.person("manager").client.projects.create("Hard", labels=["a", "b", "c"], **settings)
    added = project.items.add(rows, progress=False)
    assert added.taken == len(rows), added
    service.run_jobs()
    for answer in answers:
        project.label(project.queue.next(1)[0], answer)
    project.train()
    service.run_jobs()
    return project


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
def test_a_model_comes_out_of_anything_that_has_two_labels(service: Any, kind: str) -> None:
    rows = [{"key": f"i{n}", **KINDS[kind](n)} for n in range(80)]
    project = labeled(service, rows, ["a", "b"] * 10, holdout_share=0)
    assert failed_jobs(service) == []
    assert len(project.models()) == 1 and project.models()[0].trained_on == 20
    assert len(project.queue.next(10)) == 10
    found = project.reproduce(1)
    service.run_jobs()
    assert service.db.read(engine.get, found.id).result["identical"] is True


@pytest.mark.parametrize("answers", [[], ["a"], ["a"] * 12])
def test_fewer_than_two_labels_are_told_and_the_queue_goes_on(service: Any, answers: list[str]) -> None:
    project = labeled(service, [{"key": f"i{n}", "text": f"text {n}"} for n in range(40)], answers, holdout_share=0)
    assert project.models() == [] and failed_jobs(service) == []
    assert "needs two labels with examples" in project.progress().training.message
    assert len(project.queue.next(5)) == 5


def test_a_label_with_one_example_and_contradictions_are_learned(service: Any) -> None:
    rows = [{"key": f"i{n}", "text": "the same again" if n % 2 else f"text number {n}"} for n in range(60)]
    project = labeled(service, rows, ["a", "b"] * 8 + ["c"], holdout_share=0)
    assert failed_jobs(service) == [] and project.models()[0].config["classes"] == ["a", "b", "c"]
    assert len(project.queue.next(5)) == 5


@pytest.mark.one_database
def test_a_label_nobody_gave_may_leave_the_schema_and_the_next_model_is_of_the_others(service: Any) -> None:
    project = labeled(service, [{"key": f"i{n}", "text": f"text {n}"} for n in range(60)], ["a", "b"] * 8)
    project.client.patch(project.path, json={"labels": ["a", "b"]})
    for item in project.queue.next(4):
        project.label(item, "a")
    project.train()
    service.run_jobs()
    assert failed_jobs(service) == [] and project.models()[0].config["classes"] == ["a", "b"]
