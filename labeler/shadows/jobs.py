"""Asking shadows what was asked: in a job, so that no request waits for them, nor shares a process with them."""

import time
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from labeler.kit.errors import Unavailable
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import JobRun, every, job
from labeler.projects.access import Project, find_project
from labeler.projects.tables import projects
from labeler.registry.predict import answers_of, load_model
from labeler.registry.served import trim
from labeler.registry.tables import model_versions, served_items
from labeler.registry.use import serving
from labeler.shadows.tables import shadow_answers

KIND = "shadows.follow"
LOOKS_EVERY, TRIMS_EVERY = 10, 120  # seconds
BATCH, MOST = 200, 2_000
"""Items at once, and in one job."""


@job(KIND, gives_way=True)
def follow(run: JobRun) -> Any:
    """Result: how many items shadows were asked about, and of how many they said the same."""
    project = run.db.read(find_project, run.project_id or 0)
    asked = same = 0
    for row in run.db.read(shadows, project.id):
        for batch, alike in _batches(run, project, row):
            asked, same = asked + batch, same + alike
            run.progress(asked)
            if asked >= MOST or run.others_wait():
                break
    return run.finish(lambda tx: {"items": asked, "same": same})


def shadows(tx: Connection, project_id: int) -> list[Any]:
    """The rows of the models that are shadows, each with how it came to be one (`change_id`)."""
    return [row for row in serving(tx, project_id) if row.stage == "shadow"]


def waiting(tx: Connection, row: Any, most: int) -> list[Any]:
    """What this shadow has not been asked yet, oldest first."""
    last = sa.select(sa.func.max(shadow_answers.c.served_id)).where(shadow_answers.c.change_id == row.change_id)
    begun = tx.execute(last).scalar() or 0
    mine = (served_items.c.project_id == row.project_id, served_items.c.id > begun)
    kept = sa.select(served_items).where(*mine, served_items.c.content.is_not(None))
    return list(tx.execute(kept.order_by(served_items.c.id).limit(most)).all())


def _batches(run: JobRun, project: Project, row: Any) -> Any:
    """Each: how many items, and of how many it said the same. A shadow that can't answer says nothing of them."""
    model = None
    while served := run.db.read(waiting, row, BATCH):
        start, said = time.perf_counter(), []
        try:
            model = model or load_model(run.settings, row)
            said = [one["value"] for one in answers_of(project, row, model, [one.content for one in served])[1]]
        except Exception as error:
            structlog.get_logger().warning("shadow_failed", model=row.number, why=str(error))
            if isinstance(error, Unavailable) and model is None:
                run.write(partial(_write, project=project, row=row, served=served, values=[None] * len(served), ms=0.0))
                return
        ms = 1000 * (time.perf_counter() - start) / len(served)
        values = said or [None] * len(served)
        yield len(served), run.write(partial(_write, project=project, row=row, served=served, values=values, ms=ms))


def _write(tx: Connection, project: Project, row: Any, served: list[Any], values: list[Any], ms: float) -> int:
    dump = project.task.dump
    rows = []
    for one, value in zip(served, values, strict=True):
        before = project.read(one.value, one.schema_version)
        same = value is not None and before is not None and dump(before) == dump(value)
        mine = {"project_id": project.id, "model_id": row.id, "served_id": one.id, "change_id": row.change_id}
        rows.append({**mine, "value": value, "schema_version": project.schema_version, "same": same, "ms": ms})
    there = set(
        tx.execute(sa.select(served_items.c.id).where(served_items.c.id.in_([one.id for one in served]))).scalars()
    )
    if kept := [one for one in rows if one["served_id"] in there]:
        tx.execute(sa.insert(shadow_answers), kept)
    return sum(one["same"] for one in kept)


@every(LOOKS_EVERY, "shadows.sweep")
def sweep(tx: Connection) -> None:
    """Shadows are asked what was asked meanwhile."""
    followed = sa.select(model_versions.c.project_id).where(model_versions.c.stage == "shadow").distinct()
    for project_id in tx.execute(followed).scalars().all():
        if any(waiting(tx, row, 1) for row in shadows(tx, project_id)):
            lane = f"shadows:{project_id}"
            enqueue(tx, KIND, project_id=project_id, dedup=lane, lane=lane)


@every(TRIMS_EVERY, "shadows.trim")
def trim_all(tx: Connection) -> None:
    """Of what was asked, the newest stays."""
    some = sa.exists(sa.select(sa.literal(1)).where(served_items.c.project_id == projects.c.id).correlate(projects))
    for project_id in tx.execute(sa.select(projects.c.id).where(some)).scalars().all():
        trim(tx, project_id)
