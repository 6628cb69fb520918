"""Who manages a project: whom others ask, and that somebody always does."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import members, users
from labeler.kit.errors import Conflict
from labeler.wire.projects import ManagerOut


def managers_of(tx: Connection, project_id: int) -> Sequence[ManagerOut]:
    """By name; none where administrators alone look after it."""
    found = (
        sa.select(users.c.name)
        .join(members, members.c.user_id == users.c.id)
        .where(members.c.project_id == project_id, members.c.role == "manager", users.c.active)
        .order_by(users.c.name, users.c.id)
    )
    return [ManagerOut(name=name) for name in tx.execute(found).scalars()]


def check_another_manages(tx: Connection, project_id: int, user_id: int) -> None:
    """Raises `Conflict` where this member is the only manager, and would be none any more."""
    managing = (
        sa.select(users.c.id)
        .join(members, members.c.user_id == users.c.id)
        .where(members.c.project_id == project_id, members.c.role == "manager", users.c.active)
    )
    if list(tx.execute(managing).scalars()) == [user_id]:
        raise Conflict("A project needs a manager: make somebody else one first.")
