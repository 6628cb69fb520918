"""Changing where somebody stands: the row, the event that managers are told by, and the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited, audit
from labeler.accounts.tables import users
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.events import Event, emit
from labeler.projects.access import Member, Project, project_cache
from labeler.standings.tables import standings


@dataclass(frozen=True)
class LabelerStanding(Event):
    """Somebody who labels began a training, passed it, is held, or is paused. reason: training, too_few, gold or
    manager. answered, right: of the training; recent, recent_right: of the gold items that the rule looked at."""

    name: ClassVar[str] = "labeler.standing"
    project_id: int
    labeler_id: int
    labeler: str
    state: str
    reason: str
    answered: int
    right: int
    recent: int
    recent_right: int


def set_standing(
    tx: Connection,
    project: Project,
    labeler_id: int,
    state: str,
    reason: str,
    *,
    by: Member | None = None,
    note: str = "",
    **more: Any,
) -> Any:
    """Write it and say so; returns the row. by: None for the service itself; more: other columns that change."""
    values: Mapping[str, Any] = {
        "state": state,
        "reason": reason,
        "since": clock(),
        "note": note,
        "set_by": None if by is None else by.user_id,
        **more,
    }
    begin = {"project_id": project.id, "labeler_id": labeler_id, "asked": [], "told": []}
    insert = upsert(tx, standings).values({**begin, **values})
    written = insert.on_conflict_do_update(index_elements=["project_id", "labeler_id"], set_=values)
    row = tx.execute(written.returning(standings)).one()
    project_cache.forget()
    name = str(tx.execute(sa.select(users.c.name).where(users.c.id == labeler_id)).scalar())
    counts = {one: getattr(row, one) for one in ("answered", "right", "recent", "recent_right")}
    emit(tx, LabelerStanding(project.id, labeler_id, name, state, reason, **counts), project)
    detail = {"state": state, "reason": reason, "note": note, **counts}
    if by is None:
        emit(tx, Audited("labeler.standing", None, "labeler", "", project.id, name, detail))
    else:
        audit(tx, by.caller, "labeler.standing", project_id=project.id, target=name, **detail)
    return row
