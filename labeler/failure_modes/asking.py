"""Asking for a look for failure modes, and for models to be measured on those that are kept."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.failure_modes.tables import failure_modes
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.registry.service import ModelTrained

FIND, MEASURE = "failure_modes.look", "failure_modes.measure"


def want_look(tx: Connection, project_id: int, number: int | None, created_by: int) -> int:
    """Queue a look; a newer wish replaces one that waits."""
    args = {} if number is None else {"number": number}
    lane = _lane(project_id)
    dedup = f"{lane}:{number}"
    return enqueue(tx, FIND, args, project_id=project_id, dedup=dedup, lane=lane, created_by=created_by)


def want_measuring(tx: Connection, project_id: int) -> None:
    """Measure in the background, where a failure mode is kept."""
    kept = sa.select(sa.literal(1)).where(failure_modes.c.project_id == project_id, failure_modes.c.name.is_not(None))
    if tx.execute(kept.limit(1)).first() is not None:
        lane = _lane(project_id)
        enqueue(tx, MEASURE, project_id=project_id, dedup=f"{lane}:measure", lane=lane, delay=1)


@listen(ModelTrained)
def follow(tx: Connection, event: ModelTrained, _: object) -> None:
    """Every new model is measured on what is kept."""
    want_measuring(tx, event.project_id)


def _lane(project_id: int) -> str:
    return f"failure-modes:{project_id}"
