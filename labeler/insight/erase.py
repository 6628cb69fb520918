"""Erasing a project for real: rows, files, dataset versions, models. The audit keeps that it happened.

The project is out of sight at once; the rest goes in the background, in parts, and an attempt after a kill goes on.
"""

import shutil
import time
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.accounts.tables import audit_events
from labeler.datasets.repository import Repository
from labeler.items.jobs import forget_removed
from labeler.items.tables import items
from labeler.kit.columns import metadata
from labeler.kit.config import Settings
from labeler.kit.counting import counted
from labeler.kit.events import emit, listen
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRun, job
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import labels
from labeler.projects.service import ProjectErased
from labeler.projects.tables import projects

PART = 500
FOLDERS = ("datasets", "models", "features", "dvc-state")


@listen(ProjectErased)
def erase_later(tx: Connection, event: ProjectErased, about: Any) -> None:
    args = {"project_id": event.project_id, "slug": event.slug}
    engine.enqueue(tx, "projects.erase", args, lane=f"erase:{event.project_id}", created_by=event.by)


@job("projects.erase")
def erase(run: JobRun) -> dict[str, Any]:
    project_id = int(run.args["project_id"])
    run.write(partial(_stop_jobs, project_id=project_id))
    while run.db.read(_at_work, project_id):
        time.sleep(0.2)  # they hear of it within a second
    gone = 0
    while n := run.write(partial(_part, project_id=project_id)):
        gone += n
        run.progress(gone, None, counted("{n} row erased", "{n} rows erased", gone))
    while run.write(forget_removed) >= 2:
        run.progress(
            gone,
            None,
            counted(
                "{n} row erased, its words in the index too", "{n} rows erased, their words in the index too", gone
            ),
        )
    _erase_files(run.settings, project_id)
    left = _erase_remote(run.settings, project_id)

    def end(tx: Connection) -> dict[str, Any]:
        for table in reversed(metadata.sorted_tables):  # what refers to others first
            if "project_id" in table.c and table is not audit_events:
                tx.execute(sa.delete(table).where(table.c.project_id == project_id))
        tx.execute(sa.delete(projects).where(projects.c.id == project_id))
        emit(tx, Audited("project.erased", run.created_by, run.args["slug"], "", project_id=project_id))
        return {"rows": gone, "left": left}

    result: dict[str, Any] = run.finish(end)
    return result


def _stop_jobs(tx: Connection, project_id: int) -> None:
    open_ones = sa.select(jobs.c.id).where(jobs.c.project_id == project_id, jobs.c.state.in_(("queued", "running")))
    for job_id in tx.execute(open_ones).scalars().all():
        engine.cancel(tx, job_id)


def _at_work(tx: Connection, project_id: int) -> bool:
    running = sa.select(jobs.c.id).where(jobs.c.project_id == project_id, jobs.c.state == "running")
    return tx.execute(running.limit(1)).first() is not None


def _part(tx: Connection, project_id: int) -> int:
    """Some labels, or else some items with all that hangs on them: labelers of other projects don't notice."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete=ON")  # what is deleted is overwritten
    for table in (labels, items):
        part = sa.select(table.c.id).where(table.c.project_id == project_id).limit(PART)
        ids = list(tx.execute(part).scalars())
        if ids:
            return int(tx.execute(sa.delete(table).where(table.c.id.in_(ids))).rowcount)
    return 0


def _erase_files(settings: Settings, project_id: int) -> None:
    for name in FOLDERS:
        folder = settings.home / name / str(project_id)
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.lock").unlink(missing_ok=True)


def _erase_remote(settings: Settings, project_id: int) -> str | None:
    """The copies of its dataset versions in the remotes; returns where they still are, and why."""
    repository, left = Repository(settings, project_id), []
    if settings.git_remote:
        if "://" in repository.git_url or "@" in repository.git_url:
            left.append(f"{repository.address}: delete it where it is hosted")
        shutil.rmtree(repository.git_url, ignore_errors=True)
    if settings.dvc_remote:
        import fsspec

        url = f"{settings.dvc_remote.rstrip('/')}/{project_id}"
        try:
            files, path = fsspec.core.url_to_fs(url)
            if files.exists(path):
                files.rm(path, recursive=True)
        except Exception as error:  # whatever the storage's client raises, or none is installed for it
            left.append(f"{url}: {error}")
    return "; ".join(left) or None
