"""What a campaign would ask, before it begins: how many labels, whose, of whom, and how long it takes."""

from collections.abc import Sequence
from statistics import quantiles
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.campaigns.select import IN_FORCE, about_labels, check_people, comes_back, selected, who_can
from labeler.kit.errors import Conflict
from labeler.labels.queries import latest_seconds
from labeler.labels.tables import current_labels
from labeler.projects.access import Project
from labeler.wire.campaigns import CampaignIn, CampaignPlan, LabelsOf
from labeler.wire.labels import LabelerOut

LATEST, FEWEST = 500, 5
LEAST_SECONDS, MOST_SECONDS = 0.5, 900.0
"""Nobody reads an item and presses a key in less; in more, somebody was away."""


def plan(tx: Connection, project: Project, body: CampaignIn, ids: Sequence[int] | None) -> CampaignPlan:
    """ids: of `select.chosen_ids`. Raises as `check_people` and `selected`."""
    people = who_can(tx, project)
    check_people(body, people)
    meant = selected(project, body.select, ids).subquery()
    items = _count(tx, sa.select(meant.c.id))
    of = _whose(tx, body, meant)
    unasked = _count(tx, _nobody_for(meant, [one.id for one in people])) if body.to == "others" else 0
    wanted = sum(one.labels for one in of) if body.to == "same" else items - unasked
    pace = pace_of(tx, project.id)
    return CampaignPlan(
        items=items,
        labels=wanted,
        unasked=unasked,
        of=of,
        people=_asked(body, people, of),
        seconds=None if pace is None else pace.seconds,
        hours=hours_for(wanted, pace),
        hours_between=hours_between(wanted, pace),
    )


def refuse_nothing(tx: Connection, project: Project, body: CampaignIn, ids: Sequence[int] | None) -> None:
    """Looks for one label that can be asked for: `plan` counts all, which takes seconds of 100,000.

    Raises as `plan`, and `Conflict` where there is nothing to ask, or nobody.
    """
    people = who_can(tx, project)
    check_people(body, people)
    chosen = selected(project, body.select, ids)
    meant = chosen.subquery()
    asked = chosen
    if body.to == "same":
        asked = sa.select(current_labels.c.item_id).select_from(
            IN_FORCE.join(meant, meant.c.id == current_labels.c.item_id)
        )
        asked = asked.where(current_labels.c.counted, *about_labels(body.select))
    elif body.to == "others":
        asked = sa.select(meant.c.id).where(_somebody_for(meant, [one.id for one in people]))
    if tx.execute(asked.limit(1)).first() is None:
        some = tx.execute(chosen.limit(1)).first() is not None
        raise Conflict(
            "All who could be asked have labeled all of these items. Ask the same people, or add somebody first."
            if some
            else "No answered item is selected: there is nothing to ask again."
        )


class Pace(NamedTuple):
    """Seconds of a label: the median, between the quartiles."""

    quick: float
    seconds: float
    slow: float


def pace_of(tx: Connection, project_id: int) -> Pace | None:
    """Of the latest labels that were timed, without those that nobody can have given; None: too few."""
    timed = [seconds for _, seconds in latest_seconds(tx, project_id, LATEST)]
    honest = [seconds for seconds in timed if LEAST_SECONDS <= seconds <= MOST_SECONDS]
    return Pace(*quantiles(honest, n=4, method="inclusive")) if len(honest) >= FEWEST else None


def hours_for(labels: int, pace: Pace | None) -> float | None:
    return None if pace is None else labels * pace.seconds / 3600


def hours_between(labels: int, pace: Pace | None) -> tuple[float, float] | None:
    """At the pace of the quicker and of the slower labels: a half of all lies between."""
    return None if pace is None else (labels * pace.quick / 3600, labels * pace.slow / 3600)


def _count(tx: Connection, statement: Any) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(statement.subquery())).scalar_one())


def _whose(tx: Connection, body: CampaignIn, meant: Any) -> list[LabelsOf]:
    number = sa.func.count().label("number")
    statement = (
        sa.select(users.c.id, users.c.name, users.c.kind, number)
        .select_from(IN_FORCE.join(users, users.c.id == current_labels.c.labeler_id))
        .where(current_labels.c.item_id.in_(sa.select(meant.c.id)), current_labels.c.counted)
        .where(*about_labels(body.select))
        .group_by(users.c.id, users.c.name, users.c.kind)
        .order_by(number.desc(), users.c.id)
    )
    return [
        LabelsOf(labeler=LabelerOut(id=row.id, name=row.name, kind=row.kind), labels=row.number)
        for row in tx.execute(statement)
    ]


def _nobody_for(meant: Any, people: Sequence[int]) -> Any:
    """Items that all of these people have labeled."""
    return sa.select(meant.c.id).where(sa.not_(_somebody_for(meant, people)))


def _somebody_for(meant: Any, people: Sequence[int]) -> Any:
    """Whether one of these people has not labeled the item."""
    theirs = sa.select(sa.literal(1)).where(
        current_labels.c.item_id == meant.c.id, current_labels.c.labeler_id == users.c.id
    )
    free = sa.select(sa.literal(1)).where(users.c.id.in_(people), sa.not_(sa.exists(theirs.correlate(meant, users))))
    return sa.exists(free.correlate(meant))


def _asked(body: CampaignIn, people: Sequence[LabelerOut], of: Sequence[LabelsOf]) -> list[LabelerOut]:
    if isinstance(body.to, list):
        return [one for one in people if one.id in body.to]
    if body.to == "others":
        return list(people)
    asked, can = {one.labeler.id for one in of}, comes_back(people)
    return list(people) if asked - can else [one for one in people if one.id in asked]
