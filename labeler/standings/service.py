"""Where labelers stand, as their managers see and change it."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import members, users
from labeler.items.tables import items
from labeler.kit.errors import Conflict, NotFound
from labeler.labels.tables import labels
from labeler.projects.access import Member, Project, find_project
from labeler.quality.tables import gold_items
from labeler.standings import training
from labeler.standings.changes import set_standing
from labeler.standings.tables import PASSED, PAUSED, TRAINING, standings
from labeler.wire.labels import LabelerOut
from labeler.wire.standings import StandingChange, StandingOut, StandingsOut

_setter = users.alias("setter")
_is_member = sa.and_(
    members.c.user_id == users.c.id, members.c.role == "labeler", users.c.active, users.c.kind == "person"
)


def list_standings(tx: Connection, project: Project) -> StandingsOut:
    """All who label as labelers, and those who left while something was in their way; by name."""
    golden = (
        sa.select(sa.func.count())
        .select_from(gold_items.join(items, items.c.id == gold_items.c.item_id))
        .where(gold_items.c.project_id == project.id, gold_items.c.asked, items.c.removed_at.is_(None))
    )
    gold = int(tx.execute(golden).scalar_one())
    rows = tx.execute(_people(project.id).order_by(users.c.name, users.c.id)).all()
    return StandingsOut(
        training=_training(project, gold),
        gold=gold,
        fewest=training.fewest(project) or training.FEWEST,
        items=[_out(tx, project, row) for row in rows],
    )


def _training(project: Project, gold: int) -> Any:
    if not project.settings.training_items:
        return "off"
    if not gold:
        return "no_gold"
    return "too_few" if gold < training.fewest(project) else "on"


def _people(project_id: int) -> Any:
    there = sa.and_(standings.c.labeler_id == users.c.id, standings.c.project_id == project_id)
    belongs = sa.and_(_is_member, members.c.project_id == project_id)
    return (
        sa.select(
            standings,
            users.c.id.label("user_id"),
            users.c.name.label("user_name"),
            users.c.kind.label("user_kind"),
            _setter.c.name.label("setter_name"),
        )
        .select_from(users)
        .join(members, belongs)
        .outerjoin(standings, there)
        .outerjoin(_setter, _setter.c.id == standings.c.set_by)
    )


def _out(tx: Connection, project: Project, row: Any) -> StandingOut:
    labeler = LabelerOut(id=row.user_id, name=row.user_name, kind=row.user_kind)
    if row.state is None:
        return StandingOut(labeler=labeler, state=None)
    still = training.left(tx, project, row) if row.state == TRAINING else []
    of = row.answered + len(still)
    return StandingOut(
        labeler=labeler,
        state=row.state,
        since=row.since,
        reason=row.reason,
        note=row.note,
        by=row.setter_name,
        answered=row.answered,
        right=row.right,
        of=of,
        needed=project.settings.right_of(of),
        recent=row.recent,
        recent_right=row.recent_right,
    )


def change(tx: Connection, member: Member, labeler_id: int, body: StandingChange) -> StandingOut:
    """Let somebody go on, train them again, or pause them. Raises `NotFound`, `Conflict`."""
    project = find_project(tx, member.project.id)
    mine = _people(project.id).where(users.c.id == labeler_id)
    row = tx.execute(mine).one_or_none()
    if row is None:
        raise NotFound(f"There is no labeler {labeler_id} in this project. Managers are neither trained nor paused.")
    if body.action == "pause":
        set_standing(tx, project, labeler_id, PAUSED, "manager", by=member, note=body.note, recent=0, recent_right=0)
    elif body.action == "go_on":
        last = sa.select(sa.func.max(labels.c.id)).where(
            labels.c.project_id == project.id, labels.c.labeler_id == labeler_id
        )
        after = tx.execute(last).scalar() or 0
        set_standing(tx, project, labeler_id, PASSED, "manager", by=member, note=body.note, gold_after=after)
    else:
        _train(tx, member, project, row, body.note)
    return _out(tx, project, tx.execute(mine).one())


def _train(tx: Connection, member: Member, project: Project, row: Any, note: str) -> None:
    if not project.settings.training_items:
        raise Conflict("Newcomers are not trained in this project: say in its settings of how many items.")
    if training.begin(tx, project, row.user_id, member, note) is None:
        raise Conflict(
            f"There are fewer than {training.fewest(project)} gold items that {row.user_name} has not seen. Make more "
            "items gold first."
        )
