"""Members of a project: who they are, who manages it, and that somebody always does."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.auth import remembered
from labeler.accounts.tables import members, users
from labeler.accounts.users import find_user, get_user
from labeler.kit.columns import Timestamp, clock
from labeler.kit.db import upsert
from labeler.kit.errors import Conflict, NotFound
from labeler.kit.events import Event, emit
from labeler.projects.access import Member
from labeler.wire.projects import ManagerOut, MemberIn, MemberOut


@dataclass(frozen=True)
class MemberLeft(Event):
    """Somebody is no member of a project any more. Their work stays."""

    name: ClassVar[str] = "member.left"
    project_id: int
    user_id: int


def list_members(tx: Connection, project_id: int) -> list[MemberOut]:
    read = "(SELECT max(a.version) FROM acknowledgements a WHERE a.project_id = m.project_id AND a.user_id = m.user_id)"
    last = (
        "(SELECT l.created_at FROM labels l WHERE l.project_id = m.project_id AND l.labeler_id = m.user_id"
        " AND l.kind <> 'import' ORDER BY l.id DESC LIMIT 1)"
    )
    rows = tx.execute(
        sa.text(
            f"SELECT u.id AS user_id, u.email, u.name, m.role, u.kind, u.password_hash IS NOT NULL AS has_password,"
            " EXISTS (SELECT 1 FROM identities i WHERE i.user_id = u.id) AS has_identity,"
            f" {read} AS guideline_read, {last} AS last_label_at FROM members m"
            " JOIN users u ON u.id = m.user_id WHERE m.project_id = :p AND u.active ORDER BY u.name, u.id"
        ).columns(last_label_at=Timestamp),
        {"p": project_id},
    )
    given = _labels_by_kind(tx, project_id)
    return [
        MemberOut(**row._mapping, labels=sum(given[row.user_id].values()), by_kind=given[row.user_id]) for row in rows
    ]


def _labels_by_kind(tx: Connection, project_id: int) -> dict[int, dict[str, int]]:
    """The labels in force of everybody, by what they count as."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    statement = (
        "SELECT l.labeler_id, l.kind, count(*) AS n FROM current_labels c JOIN labels l ON l.id = c.label_id"
        " WHERE c.project_id = :p GROUP BY l.labeler_id, l.kind"
    )
    for row in tx.execute(sa.text(statement), {"p": project_id}):
        found[row.labeler_id][row.kind] = row.n
    return found


def set_member(tx: Connection, project_id: int, user_id: int, role: str) -> None:
    insert = upsert(tx, members).values(project_id=project_id, user_id=user_id, role=role, created_at=clock())
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id", "user_id"], set_={"role": role}))
    remembered.forget()


def add_member(tx: Connection, member: Member, body: MemberIn) -> MemberOut:
    user = get_user(tx, body.user_id) if body.user_id is not None else find_user(tx, body.email or "")
    if user is None:
        raise NotFound(f"There is no account {body.email}. An administrator can invite this person first.")
    if not user.active:
        raise Conflict(f"The account {user.email} is deactivated. An administrator can activate it again.")
    if body.role != "manager":
        check_another_manages(tx, member.project.id, user.id)
    set_member(tx, member.project.id, user.id, body.role)
    audit(tx, member.caller, "member.set", project_id=member.project.id, target=user.email, role=body.role)
    return next(entry for entry in list_members(tx, member.project.id) if entry.user_id == user.id)


def remove_member(tx: Connection, member: Member, user_id: int) -> None:
    check_another_manages(tx, member.project.id, user_id)
    gone = sa.delete(members).where(members.c.project_id == member.project.id, members.c.user_id == user_id)
    if tx.execute(gone).rowcount == 0:
        raise NotFound("This account is not a member of the project.")
    audit(tx, member.caller, "member.removed", project_id=member.project.id, target=get_user(tx, user_id).email)
    emit(tx, MemberLeft(member.project.id, user_id), member.project)
    remembered.forget()


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
