"""Roles that groups at the provider give, read again at every log-in.

What counts is the higher of two: the role by hand (People, accounts) and the one of the groups. `group_roles` remembers
what the groups gave and what was there before, so that losing a group takes back what it gave and nothing else. A role
that somebody changed by hand meanwhile is one by hand from then on.
"""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.accounts.auth import remembered
from labeler.accounts.tables import members, users
from labeler.accounts.users import count_admins, end_sessions, end_tokens
from labeler.kit import telemetry
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import upsert
from labeler.kit.errors import NotFound
from labeler.kit.events import emit, listen
from labeler.oidc.tables import group_roles
from labeler.projects.access import find_project
from labeler.projects.members import MemberLeft, set_member
from labeler.projects.service import ProjectErased
from labeler.projects.tables import projects
from labeler.wire.accounts import UserOut

INSTALLATION = 0
RANK = {None: -1, "reader": 0, "labeler": 1, "manager": 2, "admin": 3}


def given_by(tx: Connection, groups: frozenset[str], settings: Settings) -> dict[int, str]:
    """The highest role that these groups give in each project, and in the installation (0)."""
    given: dict[int, str] = {}
    for group in sorted(groups & settings.oidc_group_roles.keys()):
        for entry in settings.oidc_group_roles[group]:
            slug, _, role = entry.rpartition(":")
            place = _project(tx, slug) if slug else INSTALLATION
            if place is None:
                telemetry.logger().warning("a group gives a role in a project that is not there", project=slug)
            elif RANK[role] > RANK[given.get(place)]:
                given[place] = role
    return given


def _project(tx: Connection, slug: str) -> int | None:
    found = sa.select(projects.c.id).where(projects.c.slug == slug, projects.c.deleted_at.is_(None))
    return tx.execute(found).scalar_one_or_none()


def follow_groups(tx: Connection, user: UserOut, given: dict[int, str], address: str) -> None:
    """Make an account's roles what hand and groups give now. Where that takes something away, its sessions and tokens
    end, too."""
    before = {row.project_id: row for row in tx.execute(sa.select(group_roles).where(group_roles.c.user_id == user.id))}
    held = dict(tx.execute(sa.select(members.c.project_id, members.c.role).where(members.c.user_id == user.id)).all())
    held[INSTALLATION] = user.role
    lost = False
    for place in sorted(before.keys() | given.keys()):
        current, known = held.get(place), before.get(place)
        by_hand = known.by_hand if known is not None and known.role == current else current
        wanted = given.get(place)
        from_groups = wanted is not None and RANK[wanted] > RANK[by_hand]
        new = wanted if from_groups else by_hand
        if place == INSTALLATION and current == "admin" and new != "admin" and count_admins(tx) == 1:
            # Nobody could give it back.
            telemetry.logger().warning("the last administrator is in no group that gives the role, and keeps it")
            continue
        _remember(tx, user.id, place, wanted if from_groups else None, by_hand)
        if new != current:
            _set(tx, user, place, new, address)
            lost = lost or RANK[new] < RANK[current]
    if lost:
        end_sessions(tx, user.id)
        end_tokens(tx, user.id)
    remembered.forget()


def _remember(tx: Connection, user_id: int, place: int, role: str | None, by_hand: str | None) -> None:
    mine = sa.and_(group_roles.c.user_id == user_id, group_roles.c.project_id == place)
    if role is None:
        tx.execute(sa.delete(group_roles).where(mine))
        return
    values = {"role": role, "by_hand": by_hand}
    row = upsert(tx, group_roles).values(user_id=user_id, project_id=place, created_at=clock(), **values)
    tx.execute(row.on_conflict_do_update(index_elements=["user_id", "project_id"], set_=values))


def _set(tx: Connection, user: UserOut, place: int, role: str | None, address: str) -> None:
    """In the audit trail it is the person who logs in that changes it, by the groups they come with."""
    detail = {"role": role, "by": "groups"} if role else {"by": "groups"}
    if place == INSTALLATION:
        tx.execute(sa.update(users).where(users.c.id == user.id).values(role=role))
        emit(tx, Audited("user.changed", user.id, user.email, address, None, user.email, detail))
    elif role is not None:
        set_member(tx, place, user.id, role)
        emit(tx, Audited("member.set", user.id, user.email, address, place, user.email, detail))
    else:
        tx.execute(sa.delete(members).where(members.c.project_id == place, members.c.user_id == user.id))
        emit(tx, Audited("member.removed", user.id, user.email, address, place, user.email, detail))
        try:
            emit(tx, MemberLeft(place, user.id), find_project(tx, place))
        except NotFound:  # a project that was deleted lends nothing
            return


@listen(ProjectErased)
def forget_project(tx: Connection, event: ProjectErased, _: object) -> None:
    tx.execute(sa.delete(group_roles).where(group_roles.c.project_id == event.project_id))
