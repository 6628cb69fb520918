"""Rows of failure modes."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.failure_modes.tables import failure_modes
from labeler.kit.errors import NotFound
from labeler.registry.tables import model_versions


def find_modes_of(tx: Connection, project_id: int, mode_id: int | None = None) -> Sequence[Any]:
    """Those that are kept by name, then what the last look found; each with its model's number and who kept it."""
    statement = (
        sa.select(failure_modes, model_versions.c.number, users.c.name.label("by"))
        .join(model_versions, model_versions.c.id == failure_modes.c.model_id)
        .outerjoin(users, users.c.id == failure_modes.c.created_by)
        .where(failure_modes.c.project_id == project_id)
        .order_by(failure_modes.c.name, failure_modes.c.rank)
    )
    if mode_id is not None:
        statement = statement.where(failure_modes.c.id == mode_id)
    return tx.execute(statement).all()


def find_mode(tx: Connection, project_id: int, mode_id: int) -> Any:
    """Raises `NotFound`: also for what a look before the last one found, and nobody kept."""
    rows = find_modes_of(tx, project_id, mode_id)
    if not rows:
        raise NotFound("There is no such failure mode in this project any more: list them again.")
    return rows[0]
