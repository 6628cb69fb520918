"""A job that failed for good, or was canceled: what waits for it must not wait for ever."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.events import Event, emit
from labeler.kit.jobs.tables import jobs


@dataclass(frozen=True)
class JobStopped(Event):
    """It will not be done. kind, args: as it was queued. Told in the transaction that says so of the job."""

    name: ClassVar[str] = "job.stopped"
    is_public: ClassVar[bool] = False

    project_id: int | None
    job: int
    kind: str
    args: dict[str, Any]


def tell_stopped(tx: Connection, job_id: int) -> None:
    row = tx.execute(sa.select(jobs.c.project_id, jobs.c.kind, jobs.c.args).where(jobs.c.id == job_id)).one()
    emit(tx, JobStopped(row.project_id, job_id, row.kind, dict(row.args or {})))
