"""How ready a project is for production, and what people vouch for."""

from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import upsert
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.projects.access import Member, Project
from labeler.readiness.facts import Facts, facts_of
from labeler.readiness.judging import judge
from labeler.readiness.lines import BY_NAME, LINES, Line, meaning_of
from labeler.readiness.tables import readiness_confirmations as confirmations
from labeler.wire.readiness import LISTS, Confirmation, ConfirmIn, Readiness, ReadinessLine

FURTHEST = 366 * 2
"""Days for which something can be confirmed at most."""


def readiness_of(tx: Connection, settings: Settings, project: Project) -> Readiness:
    """Every line with its evidence. The score is the least of the four lists' points, as in the ML Test Score."""
    facts, confirmed = facts_of(tx, settings, project), _confirmed(tx, project.id)
    lines = [_line(line, facts, confirmed.get(line.name)) for line in LINES]
    points = {one: sum(line.points for line in lines if line.list == one) for one in LISTS}
    score = min(points.values())
    return Readiness(
        model=None if facts.model is None else facts.model.number,
        live=facts.is_live,
        score=score,
        meaning=meaning_of(score),
        points=points,
        lines=lines,
    )


def confirm(tx: Connection, settings: Settings, member: Member, name: str, body: ConfirmIn) -> Readiness:
    """A person vouches for a line, until a day. Raises `NotFound`, `Invalid` for a day that is past or too far away,
    `Conflict` where the service sees that it does not hold."""
    project = member.project
    _known(name)
    days = (body.review_on - _today()).days
    if not 0 < days <= FURTHEST:
        detail = "must be a day after today, within two years"
        raise Invalid(f"review_on {detail}.", errors=[{"pointer": "/review_on", "detail": detail}])
    found = judge(name, facts_of(tx, settings, project))
    if found.state == "fails":
        raise Conflict(f"It does not hold: {found.evidence}")
    values = {
        "reason": body.reason,
        "automated": body.automated,
        "review_on": body.review_on.isoformat(),
        "confirmed_by": member.user_id,
        "created_at": clock(),
    }
    row = upsert(tx, confirmations).values(project_id=project.id, line=name, **values)
    tx.execute(row.on_conflict_do_update(index_elements=["project_id", "line"], set_=values))
    told = {"reason": body.reason, "review_on": body.review_on.isoformat(), "automated": body.automated}
    audit(tx, member.caller, "readiness.confirmed", project_id=project.id, target=name, **told)
    return readiness_of(tx, settings, project)


def withdraw(tx: Connection, settings: Settings, member: Member, name: str) -> Readiness:
    """Take a confirmation back. Raises `NotFound`."""
    project = member.project
    _known(name)
    mine = (confirmations.c.project_id == project.id, confirmations.c.line == name)
    if not tx.execute(sa.delete(confirmations).where(*mine)).rowcount:
        raise NotFound("Nobody has confirmed this line.")
    audit(tx, member.caller, "readiness.withdrawn", project_id=project.id, target=name)
    return readiness_of(tx, settings, project)


def _known(name: str) -> None:
    if name not in BY_NAME:
        raise NotFound(f"There is no line “{name}” in the checklists.")


def _today() -> date:
    return datetime.now(UTC).date()


def _confirmed(tx: Connection, project_id: int) -> dict[str, Any]:
    statement = (
        sa.select(confirmations, users.c.name)
        .outerjoin(users, users.c.id == confirmations.c.confirmed_by)
        .where(confirmations.c.project_id == project_id)
    )
    return {row.line: row for row in tx.execute(statement)}


def _line(line: Line, facts: Facts, row: Any) -> ReadinessLine:
    found, said = judge(line.name, facts), None if row is None else _confirmation(row)
    counts = said is not None and not said.due
    points = 1.0 if found.state == "holds" else 0.0
    if found.state == "open" and counts and said is not None:
        points = 1.0 if said.automated else 0.5
    return ReadinessLine(
        name=line.name,
        list=line.list,
        title=line.title,
        why=line.why,
        state="holds" if points else found.state,
        evidence=found.evidence,
        page=line.page,
        view=line.view,
        confirmed=said,
        points=points,
    )


def _confirmation(row: Any) -> Confirmation:
    review_on = date.fromisoformat(row.review_on)
    return Confirmation(
        by=row.name,
        at=row.created_at,
        reason=row.reason,
        review_on=review_on,
        automated=row.automated,
        due=review_on <= _today(),
    )
