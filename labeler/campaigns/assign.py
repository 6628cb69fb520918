"""Assignments: certain people get open items first, and, where it says so, nobody else gets them.

An assignment is a campaign of items that are not answered yet. Why: docs/decisions/0037-assignments.md
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.campaigns.select import check_ids, who_can
from labeler.campaigns.service import ASSIGNMENT, close, ender, refuse_too_many, write, write_group
from labeler.campaigns.tables import campaigns
from labeler.kit.columns import Timestamp, clock
from labeler.kit.errors import Conflict, NotFound
from labeler.kit.jobs.engine import enqueue
from labeler.labels.queries import newest_label
from labeler.labels.tables import labels
from labeler.projects.access import Member, Project, find_project
from labeler.queue.tables import campaign_groups, campaign_items
from labeler.standings.tables import standings
from labeler.wire.assignments import IDLE_DAYS, AssignmentIn, AssignmentOut, AssignmentPlan, AssignmentWork, Waits
from labeler.wire.labels import LabelerOut

KIND = "campaigns.assign"
WITHOUT_ITEMS = ("held", "paused")
HOW = ("where", "keys", "share", "n")


def refuse(tx: Connection, project: Project, body: AssignmentIn, planned: AssignmentPlan) -> None:
    """Raises `Invalid` for somebody who can't label here, `Conflict` where there is nothing to assign."""
    check_ids(body.to, who_can(tx, project))
    if not planned.items:
        raise Conflict("None of these items can be assigned: they need no label, are assigned, or in the holdout.")


def begin(tx: Connection, member: Member, body: AssignmentIn, planned: AssignmentPlan) -> AssignmentOut:
    """What is assigned is written by a job. Raises `Conflict` where too many run."""
    refuse_too_many(tx, member.project.id, ASSIGNMENT)
    project = find_project(tx, member.project.id)
    to = list(dict.fromkeys(body.to))
    asked = {**body.model_dump(mode="json", exclude_none=True, exclude_defaults=True, include=set(HOW)), "to": to}
    assignment_id = write(tx, project, member.user_id, body.name, asked, kind=ASSIGNMENT, items=planned.items)
    write_group(tx, project.id, assignment_id, to, active=False, assigned=True, kept=body.only)
    args = {"assignment": assignment_id, "items": planned.items, "until": newest_label(tx, project.id)}
    lane = f"assignment:{project.id}"  # one after the other: no item comes into two
    enqueue(tx, KIND, args, project_id=project.id, lane=lane, created_by=member.user_id)
    said = {"assignment": assignment_id, "people": to, "only": body.only, "items": planned.items}
    audit(tx, member.caller, "assignment.created", project_id=project.id, target=body.name, **said)
    return get(tx, project, assignment_id)


def end(tx: Connection, member: Member, assignment_id: int) -> AssignmentOut:
    """What is open comes to everybody. Raises `NotFound`, and `Conflict` when it has ended."""
    row = _find(tx, member.project.id, assignment_id)
    if not close(tx, member.project, row, "ended", member.user_id):
        raise Conflict(f"Assignment {assignment_id} has ended already.")
    audit(tx, member.caller, "assignment.ended", project_id=row.project_id, target=row.name, assignment=assignment_id)
    return get(tx, member.project, assignment_id)


def get(tx: Connection, project: Project, assignment_id: int) -> AssignmentOut:
    """Raises `NotFound`."""
    return _out(tx, project, [_find(tx, project.id, assignment_id)])[0]


def list_assignments(tx: Connection, project: Project, before: int | None, limit: int) -> list[AssignmentOut]:
    """Newest first."""
    statement = _select(project.id).order_by(campaigns.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(campaigns.c.id < before)
    return _out(tx, project, tx.execute(statement).all())


def _select(project_id: int) -> Any:
    groups = campaign_groups.c
    now = sa.type_coerce(clock(), Timestamp()).label("now")
    return (
        sa.select(
            campaigns,
            groups.id.label("group_id"),
            groups.people,
            groups.kept,
            users.c.name.label("creator"),
            ender.c.name.label("ender"),
            now,
        )
        .join(campaign_groups, groups.campaign_id == campaigns.c.id)
        .outerjoin(users, users.c.id == campaigns.c.created_by)
        .outerjoin(ender, ender.c.id == campaigns.c.ended_by)
        .where(campaigns.c.project_id == project_id, campaigns.c.kind == ASSIGNMENT)
    )


def _find(tx: Connection, project_id: int, assignment_id: int) -> Any:
    row = tx.execute(_select(project_id).where(campaigns.c.id == assignment_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no assignment {assignment_id} in this project.")
    return row


def _out(tx: Connection, project: Project, rows: Sequence[Any]) -> list[AssignmentOut]:
    work = {row.id: _work(tx, row.group_id) for row in rows}
    ids = {who for row in rows for who in row.people} | {one for found in work.values() for one in found if one}
    known = {
        row.id: LabelerOut(id=row.id, name=row.name, kind=row.kind)
        for row in tx.execute(sa.select(users.c.id, users.c.name, users.c.kind).where(users.c.id.in_(ids)))
    }
    able = _able(tx, project) if rows else set()
    found = []
    for row in rows:
        done = sum(one.done for one in work[row.id].values())
        left = sum(one.open for one in work[row.id].values())
        by = [
            AssignmentWork(labeler=known[who], done=one.done) for who, one in work[row.id].items() if who and one.done
        ]
        latest = [one.latest for one in work[row.id].values() if one.latest is not None]
        fields = {name: row._mapping[name] for name in AssignmentOut.model_fields if name in row._mapping}
        fields |= {
            "asked": {name: row.asked[name] for name in HOW if name in row.asked},
            "people": [known[who] for who in row.people if who in known],
            "only": row.kept,
            "done": done,
            "open": left,
            "gone": 0 if row.started_at is None else row.wanted - done - left,
            "by_labeler": sorted(by, key=lambda one: (-one.done, one.labeler.id)),
            "last_answer_at": max(latest, default=None),
            "waits": _waits(tx, row, able) if left and row.state == "running" else None,
            "created_by": row.creator,
            "ended_by": row.ender,
        }
        found.append(AssignmentOut(**fields))
    return found


def _work(tx: Connection, group_id: int) -> dict[int | None, Any]:
    """By who gave the last label: items that are done, those that are open, and when the latest was."""
    one = campaign_items.c
    counted = sa.select(
        one.answered_by,
        sa.func.count(one.answered_at).label("done"),
        sa.func.sum(sa.case((one.open, 1), else_=0)).label("open"),
        sa.func.max(one.answered_at, type_=Timestamp()).label("latest"),
    )
    return {
        row.answered_by: row for row in tx.execute(counted.where(one.group_id == group_id).group_by(one.answered_by))
    }


def _able(tx: Connection, project: Project) -> set[int]:
    """Who can label there now: neither held nor paused."""
    stopped: set[int] = set()
    if project.has_standings:
        held = sa.select(standings.c.labeler_id).where(
            standings.c.project_id == project.id, standings.c.state.in_(WITHOUT_ITEMS)
        )
        stopped = set(tx.execute(held).scalars())
    return {one.id for one in who_can(tx, project)} - stopped


def _waits(tx: Connection, row: Any, able: set[int]) -> Waits | None:
    """Whether nobody works on it: what it keeps would wait for good."""
    people = [who for who in row.people if who in able]
    if not people:
        return "nobody"
    latest = (row.started_at, *(_latest_label(tx, row.project_id, who) for who in people))
    since = max(moment for moment in latest if moment is not None)
    return "idle" if row.now - since > timedelta(days=IDLE_DAYS) else None


def _latest_label(tx: Connection, project_id: int, labeler_id: int) -> Any:
    theirs = sa.select(labels.c.created_at).where(labels.c.project_id == project_id, labels.c.labeler_id == labeler_id)
    return tx.execute(theirs.order_by(labels.c.id.desc()).limit(1)).scalar()
