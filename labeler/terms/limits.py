"""What the queue asks about a labeler's terms: how many more items they take, and which they can answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.columns import Timestamp, clock, one_of
from labeler.kit.compiled import CompiledStatement
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project
from labeler.terms.tables import labeler_terms

DAY, IN_ALL, SKILLS, ASSIGNED = "day", "in_all", "skills", "assigned"
_mine = (labels.c.project_id == bindparam("project"), labels.c.labeler_id == bindparam("labeler"))
FIND = CompiledStatement(
    sa.select(
        labeler_terms.c.per_day,
        labeler_terms.c.in_all,
        labeler_terms.c.utc_offset,
        labeler_terms.c.skills,
        labeler_terms.c.only_assigned,
        sa.type_coerce(clock(), Timestamp()).label("now"),
    ).where(
        labeler_terms.c.project_id == bindparam("project"),
        labeler_terms.c.labeler_id == bindparam("labeler"),
    )
)
# The latest answers of somebody; one that was taken back is none, and a correction is no further one.
_latest = (
    sa.select(labels.c.value, labels.c.supersedes, labels.c.created_at)
    .where(*_mine, labels.c.source != "import")
    .order_by(labels.c.id.desc())
    .limit(bindparam("looked_at", type_=sa.Integer))
    .subquery()
)
_counts_as = sa.case((_latest.c.value.is_(None), -1), (_latest.c.supersedes.is_(None), 1), else_=0)
SINCE = CompiledStatement(
    sa.select(sa.func.coalesce(sa.func.sum(_counts_as), 0).label("n")).where(
        _latest.c.created_at >= bindparam("since", type_=Timestamp())
    )
)
EVER = CompiledStatement(
    sa.select(sa.func.count().label("n")).where(
        current_labels.c.project_id == bindparam("project"), current_labels.c.labeler_id == bindparam("labeler")
    )
)
wanted_skill = items.c.metadata[bindparam("skill_field", type_=sa.JSON.JSONIndexType())].as_string()
has_skill = sa.or_(wanted_skill.is_(None), one_of(wanted_skill, bindparam("skills", type_=sa.Text)))
"""Items that ask for no skill, or for one of the parameter `skills` (JSON) in the metadata field `skill_field`."""


@dataclass(frozen=True)
class Limits:
    """left: how many more items somebody takes, None for any number; why: what limits them then."""

    left: int | None = None
    why: str | None = None
    skilled: dict[str, Any] | None = None
    """The parameters of `has_skill`; None: any item will do."""
    only_assigned: bool = False
    """Whether they get only what is assigned to them."""


NONE = Limits()


def limits_of(tx: Connection, project: Project, labeler_id: int) -> Limits:
    """Of projects in which nobody has terms nothing is asked."""
    if not project.has_terms:
        return NONE
    known = {"project": project.id, "labeler": labeler_id}
    row = FIND.one(tx, **known)
    if row is None:
        return NONE
    found: list[tuple[int, str]] = []
    if row.in_all is not None:
        found.append((row.in_all - EVER.one(tx, **known).n, IN_ALL))
    if row.per_day is not None:
        since = _day(row.now, row.utc_offset)
        found.append((row.per_day - SINCE.one(tx, **known, since=since, looked_at=4 * row.per_day + 100).n, DAY))
    left, why = min(found, default=(None, None), key=lambda one: one[0] or 0)
    field = project.settings.skill_field
    skilled = {"skill_field": field, "skills": orjson.dumps(row.skills).decode()} if field and row.skills else None
    return Limits(None if left is None else max(0, left), why, skilled, bool(row.only_assigned))


def _day(now: datetime, utc_offset: int) -> datetime:
    """When the day of this moment began, for somebody whose clock is so many minutes ahead of UTC."""
    ahead = timedelta(minutes=utc_offset)
    return (now + ahead).replace(hour=0, minute=0, second=0, microsecond=0) - ahead
