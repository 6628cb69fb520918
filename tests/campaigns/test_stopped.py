"""A job that fails for good, or is canceled, leaves nothing that begins for ever."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from labeler.client import Project
from labeler.kit.jobs import engine
from labeler.kit.jobs.tables import jobs


def campaign(project: Project, people: list[int]) -> int:
    return int(project.campaigns.start("Again", keys=["m0", "m1"]).id)


def assignment(project: Project, people: list[int]) -> int:
    return int(project.assignments.start(people[:1], keys=["m2", "m3"]).id)


def bulk(project: Project, people: list[int]) -> int:
    return int(project.bulk_labels.start("spam", check=60, bar=0.9, keys=[f"m{n}" for n in range(10, 110)]).id)


BEGUN: dict[str, tuple[Callable[[Project, list[int]], int], Callable[[Project, int], str]]] = {
    "campaigns.start": (campaign, lambda project, number: project.campaigns.get(number).state),
    "campaigns.assign": (assignment, lambda project, number: project.assignments.get(number).state),
    "bulk.label": (bulk, lambda project, number: project.bulk_labels.get(number).state),
}


def fails(tx: Any, job_id: int) -> None:
    """What a worker does when it has lost a job's process too often."""
    running = {"state": "running", "attempt": 1, "stalled": engine.MOST_STALLED}
    tx.execute(sa.update(jobs).where(jobs.c.id == job_id).values(running))
    assert engine.give_back(tx, job_id, 1)


@pytest.mark.parametrize("stop", [fails, engine.cancel], ids=["failed", "canceled"])
@pytest.mark.parametrize("kind", sorted(BEGUN))
def test_what_a_job_was_to_begin_is_cancelled_when_the_job_stops(
    service: Any, project: Project, labelers: list[Project], add_texts: Any, kind: str, stop: Any
) -> None:
    project.change(settings={"holdout_share": 0})
    add_texts(120)
    for key in ("m0", "m1"):
        labelers[0].label(key, "ham")
    people = [labeler.client.me().user.id for labeler in labelers]
    begin, state = BEGUN[kind]
    number = begin(project, people)
    assert state(project, number) == "starting"
    waiting = sa.select(jobs.c.id).where(jobs.c.kind == kind)
    job_id = service.db.read(lambda tx: tx.execute(waiting).scalar_one())
    service.db.write(lambda tx: (stop(tx, job_id), 1)[1])
    assert state(project, number) in ("cancelled", "refused")
    assert len(labelers[1].queue.next(50)) == 50, "nothing is withheld from anybody"
    again = begin(project, people)
    service.run_jobs(kinds=(kind,))
    assert state(project, again) in ("running", "checking")
