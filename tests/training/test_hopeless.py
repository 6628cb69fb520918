"""Tables whose every row is labeled are learned; a training that fails alike twice is not tried a third time."""

from typing import Any

import pytest

from labeler.client import Project
from labeler.kit.jobs.tables import jobs
from labeler.training import trigger
from labeler.training.jobs import train


def test_a_table_that_is_labeled_to_its_end_makes_a_model(service: Any, admin: Any) -> None:
    project = admin.client.projects.create("Ages", labels=["yes", "no"])
    project.items.add(
        [
            {"key": str(n), "fields": {"age": 20 + n, "city": ["Bonn", "Ulm"][n % 2]}, "label": ["no", "yes"][n % 2]}
            for n in range(40)
        ]
    )
    assert {row.state for row in service.run_jobs()} == {"done"}
    assert len(project.models()) == 1
    for _ in range(3):
        service.db.write(trigger.sweep)
    assert service.run_jobs(kinds=("training.train",)) == []


def trainings(service: Any) -> list[str]:
    with service.db.engine.connect() as tx:
        return [row.state for row in tx.execute(jobs.select().where(jobs.c.kind == "training.train"))]


def test_what_fails_alike_twice_waits_for_something_new(
    service: Any, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("as always")

    monkeypatch.setattr(train, "fit", fail)
    rows = [{"key": str(n), "text": f"words {n}", "label": ["spam", "ham"][n % 2]} for n in range(20)]
    project.items.add(rows)
    service.run_jobs(kinds=("training.train",))
    for _ in range(4):
        service.db.write(trigger.sweep)
        service.run_jobs(kinds=("training.train",))
    assert trainings(service) == ["failed", "failed"]
    project.items.add([{"key": "new", "text": "something new"}])
    service.db.write(trigger.sweep)
    service.run_jobs(kinds=("training.train",))
    assert trainings(service) == ["failed"] * 3
