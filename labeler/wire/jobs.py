"""A job as callers see it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

State = Literal["queued", "running", "done", "failed", "cancelled", "superseded"]
ENDED = ("done", "failed", "cancelled", "superseded")
"""States that a job does not leave."""


class Progress(BaseModel):
    done: int
    total: int | None
    message: str


class TakenBack(BaseModel):
    """That an import was taken back, or is being so. job: the removal, with its state; at: when it ended, or was asked
    for; by: who asked."""

    job: int
    state: str
    at: datetime
    by: str | None


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
    created_by_name: str | None = Field(None, description="Who asked for it. This and what follows: of `/jobs` alone.")
    file: str | None = Field(None, description="Of an import, or one that is taken back: its file or table.")
    import_id: int | None = Field(None, description="Of a removal: the import that it takes back.")
    why: str | None = Field(None, description="Of a training: what it began for, such as new labels.")
    taken_back: TakenBack | None = Field(None, description="Of an import: that it was taken back.")
