"""What a guideline's new version touches, told before it is published: labels made under older ones, answers, flags."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.plan import hours_between, hours_for, pace_of
from labeler.campaigns.select import IN_FORCE, selected, who_can
from labeler.guidelines import service as guidelines
from labeler.guidelines.sections import changed_sections
from labeler.guidelines.tables import acknowledgements, guideline_versions
from labeler.items.tables import items
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Problem
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Member, Project
from labeler.wire.campaigns import Selection
from labeler.wire.impact import GuidelineImpact, MadeUnder, Reader, TouchedLabel

MOST_FLAGGED, NEAREST, MOST_COMPARABLE = 5, 20, 100


def impact(db: Database, settings: Settings, member: Member, version: int) -> GuidelineImpact:
    """Raises `NotFound` for an unknown version."""
    found, flagged = db.read(_told, member, version)
    if not flagged:
        return found
    from labeler.insight.similar import nearest_items  # brings SciPy along: not at every start

    near: dict[int, None] = {}
    try:
        for key in flagged:
            near |= dict.fromkeys(nearest_items(db, settings, member.project, key, NEAREST))
    except Problem:  # no model yet, or none that can be read: what is near is not known
        return found
    return found.model_copy(update={"comparable": db.read(_keys, list(near)[:MOST_COMPARABLE])})


def _told(tx: Connection, member: Member, version: int) -> tuple[GuidelineImpact, list[str]]:
    """And the keys of flagged items with labels that are touched."""
    project = member.project
    text = guidelines.get_version(tx, member, version).text
    before = _before(tx, project.id, version)
    old = guidelines.get_text(tx, project.id, before) if before is not None else ""
    touched, others = changed_sections(old, text, project.schema.names())
    select = Selection(label=touched or None, guideline_before=version) if before is not None else None
    number = 0 if select is None else _count(tx, selected(project, select, None))
    pace = pace_of(tx, project.id)
    told = GuidelineImpact(
        version=version,
        before=before,
        made_under=_made_under(tx, project.id),
        touched=[_touched(tx, project, label, version) for label in touched if label in project.label_names],
        other_sections=others,
        comparable=[],
        select=select if number else None,
        items=number,
        seconds=None if pace is None else pace.seconds,
        hours=hours_for(number, pace),
        hours_between=hours_between(number, pace),
        unread=_unread(tx, project),
    )
    return told, _flagged(tx, project, touched) if touched else []


def _before(tx: Connection, project_id: int, version: int) -> int | None:
    earlier = sa.select(sa.func.max(guideline_versions.c.version)).where(
        guideline_versions.c.project_id == project_id,
        guideline_versions.c.version < version,
        guideline_versions.c.published_at.is_not(None),
    )
    found: int | None = tx.execute(earlier).scalar()
    return found


def _count(tx: Connection, statement: Any) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(statement.subquery())).scalar_one())


def _made_under(tx: Connection, project_id: int) -> list[MadeUnder]:
    under = labels.c.guideline_version
    statement = (
        sa.select(under.label("version"), sa.func.count().label("labels"))
        .select_from(IN_FORCE)
        .where(current_labels.c.project_id == project_id, current_labels.c.counted)
        .group_by(under)
    )
    rows = [MadeUnder(version=row.version, labels=row.labels) for row in tx.execute(statement)]
    return sorted(rows, key=lambda row: -(row.version or 0))


def _touched(tx: Connection, project: Project, label: str, version: int) -> TouchedLabel:
    with_it = selected(project, Selection(label=label), None)
    older = selected(project, Selection(label=label, guideline_before=version), None)
    flagged = selected(project, Selection(label=label, flagged=True), None)
    numbers = {name: _count(tx, one) for name, one in (("answers", with_it), ("older", older), ("flags_open", flagged))}
    return TouchedLabel(label=label, **numbers)


def _flagged(tx: Connection, project: Project, touched: Sequence[str]) -> list[str]:
    """Keys of items with an open flag and such a label, the newest flags first."""
    meant = selected(project, Selection(label=list(touched), flagged=True), None).subquery()
    newest = sa.func.max(flags.c.id)
    statement = (
        sa.select(items.c.key)
        .join(flags, flags.c.item_id == items.c.id)
        .where(items.c.id.in_(sa.select(meant.c.id)))
        .group_by(items.c.id, items.c.key)
        .order_by(newest.desc())
    )
    return list(tx.execute(statement.limit(MOST_FLAGGED)).scalars())


def _keys(tx: Connection, ids: Sequence[int]) -> list[str]:
    there = sa.select(items.c.id, items.c.key).where(items.c.id.in_(ids), items.c.removed_at.is_(None))
    keys = {row.id: row.key for row in tx.execute(there)}
    return [keys[one] for one in ids if one in keys]


def _unread(tx: Connection, project: Project) -> list[Reader]:
    newest = guidelines.published_version(tx, project.id)
    if newest is None:
        return []
    read = sa.select(acknowledgements.c.user_id, sa.func.max(acknowledgements.c.version).label("version")).where(
        acknowledgements.c.project_id == project.id
    )
    known = {row.user_id: row.version for row in tx.execute(read.group_by(acknowledgements.c.user_id))}
    people = [one for one in who_can(tx, project) if one.kind == "person"]  # a simulated labeler reads nothing
    return [Reader(labeler=one, read=known.get(one.id)) for one in people if (known.get(one.id) or 0) < newest]
