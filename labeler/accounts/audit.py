"""The audit trail (G19): who did what, when, from where. Rows are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.auth import Caller
from labeler.accounts.tables import audit_events
from labeler.kit.columns import clock
from labeler.kit.events import Event, emit, listen


@dataclass(frozen=True)
class Audited(Event):
    """Something that must be traceable. `action` is a stable name, listed in docs/events.md."""

    name: ClassVar[str] = "audited"
    is_public: ClassVar[bool] = False  # it has a table of its own
    action: str
    actor_id: int | None
    actor: str
    address: str = ""
    project_id: int | None = None
    target: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


def audit(
    tx: Connection, /, caller: Caller, action: str, *, project_id: int | None = None, target: str = "", **detail: Any
) -> None:
    emit(tx, Audited(action, caller.user_id, caller.email, caller.address, project_id, target[:300], detail))


@listen(Audited)
def record(tx: Connection, event: Audited, _: Any) -> None:
    tx.execute(
        sa.insert(audit_events).values(
            at=clock(),
            actor_id=event.actor_id,
            actor=event.actor,
            address=event.address,
            action=event.action,
            project_id=event.project_id,
            target=event.target,
            detail=event.detail,
        )
    )


def visible_to(caller: Caller) -> list[int] | None:
    """The projects whose trail somebody may read; None: everything. A token for one project shows that one only."""
    if caller.administers:
        return None
    if caller.project_id is not None and caller.role == "admin":
        return [caller.project_id]
    managed = [project for project, role in caller.memberships.items() if role == "manager"]
    return [project for project in managed if caller.project_id in (None, project)]


def trail(tx: Connection, project_ids: list[int] | None, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Newest first; `project_ids` None means everything (administrators)."""
    statement = sa.select(audit_events).order_by(audit_events.c.id.desc()).limit(limit)
    if project_ids is not None:
        statement = statement.where(audit_events.c.project_id.in_(project_ids))
    if before is not None:
        statement = statement.where(audit_events.c.id < before)
    return [dict(row._mapping) for row in tx.execute(statement)]


def last_of(tx: Connection, project_id: int, actions: Sequence[str], target: str, most: int) -> list[tuple[str, Any]]:
    """The newest of these actions on a target, newest first, each with its detail."""
    e = audit_events.c
    found = sa.select(e.action, e.detail).where(e.project_id == project_id, e.target == target, e.action.in_(actions))
    return [(row.action, row.detail) for row in tx.execute(found.order_by(e.id.desc()).limit(most))]
