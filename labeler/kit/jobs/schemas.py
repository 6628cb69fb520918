"""A job as callers see it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class Progress(BaseModel):
    done: int
    total: int | None
    message: str


class JobOut(BaseModel):
    id: int
    kind: str
    state: str
    project_id: int | None
    progress: Progress
    result: Any | None
    error: str | None
    attempt: int
    created_by: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def job_out(row: Any) -> JobOut:
    return JobOut(
        id=row.id,
        kind=row.kind,
        state=row.state,
        project_id=row.project_id,
        progress=Progress(done=row.done, total=row.total, message=row.message),
        result=row.result if row.state == "done" else None,
        error=row.error,
        attempt=row.attempt,
        created_by=row.created_by,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
