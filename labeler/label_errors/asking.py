"""Asking for a look for label errors."""

from sqlalchemy import Connection

from labeler.kit.jobs.engine import enqueue

KIND = "label_errors.find"


def want_look(tx: Connection, project_id: int, *, delay: float = 0, created_by: int | None = None) -> int:
    """Queue a look; a newer wish replaces one that waits."""
    lane = f"label-errors:{project_id}"
    return enqueue(tx, KIND, project_id=project_id, dedup=lane, lane=lane, delay=delay, created_by=created_by)
