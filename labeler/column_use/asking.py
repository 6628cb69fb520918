"""Asking for a look at columns, or for a model without one."""

from sqlalchemy import Connection

from labeler.kit.jobs.engine import enqueue

WEIGH, TRY = "column_use.weigh", "column_use.try"


def want_look(tx: Connection, project_id: int, number: int, created_by: int) -> int:
    """Queue a look; a newer wish replaces one that waits."""
    dedup = f"{_lane(project_id)}:{number}"
    args = {"number": number}
    return enqueue(tx, WEIGH, args, project_id=project_id, dedup=dedup, lane=_lane(project_id), created_by=created_by)


def want_trial(tx: Connection, project_id: int, number: int, column: str, created_by: int) -> int:
    dedup = f"{_lane(project_id)}:{number}:{column}"
    args = {"number": number, "column": column}
    return enqueue(tx, TRY, args, project_id=project_id, dedup=dedup, lane=_lane(project_id), created_by=created_by)


def _lane(project_id: int) -> str:
    return f"column-use:{project_id}"
