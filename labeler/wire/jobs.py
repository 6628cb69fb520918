"""A job as callers see it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

State = Literal["queued", "running", "done", "failed", "cancelled", "superseded"]
ENDED = ("done", "failed", "cancelled", "superseded")
"""States that a job does not leave."""


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
