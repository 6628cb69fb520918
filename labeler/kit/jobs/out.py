"""A job's row as callers see it."""

from typing import Any

from labeler.wire.jobs import JobOut, Progress


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
