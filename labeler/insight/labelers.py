"""Who labels, of any kind: how much, how fast, how often they are right, and what to do about it."""

from collections import defaultdict
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import members, users
from labeler.insight.costs import costs_of
from labeler.insight.habits import Habits, Latest, habits_of
from labeler.insight.tally import tally_of
from labeler.labels.tables import labels
from labeler.projects.access import TRAINING, Project
from labeler.quality.judgments import Coder
from labeler.quality.tables import answer_fits, answers, labeler_qualities
from labeler.terms.service import terms_by_labeler
from labeler.wire.quality import Advice, Figure, LabelerRow, LabelersOut, MixedUp

LOOKED_AT = 20_000
"""The latest labels of a project: what pace and habits are measured on."""
BY_THEIR_ANSWER = ("campaign", "bulk_check", "hard_items")
FEW_ITEMS = 20
MUCH_TOO_FAST = 0.2
WORSE_BY = 0.05


def labelers(tx: Connection, project: Project, for_manager: bool = True) -> LabelersOut:
    """Everybody who gave labels that are in force, and members who have not yet, most labels first."""
    tally, _ = tally_of(tx, project)
    given: dict[int, dict[str, int]] = defaultdict(dict)
    for (who, kind), (n, *_) in sorted(tally.by_labeler.items(), key=lambda row: -row[1][0]):
        if n > 0:
            given[who][kind] = n
    coder = Coder(project)
    habits = habits_of(_latest(tx, project, coder))
    measured = {
        row.labeler_id: row
        for row in tx.execute(sa.select(labeler_qualities).where(labeler_qualities.c.project_id == project.id))
    }
    rows = [
        _row(project, person, given.get(person.id, {}), measured.get(person.id), habits, coder)
        for person in _people(tx, project, set(given) | set(measured))
    ]
    fit = tx.execute(
        sa.select(answer_fits.c.method, answer_fits.c.created_at, answer_fits.c.fit).where(
            answer_fits.c.project_id == project.id
        )
    ).one_or_none()
    middle = None if fit is None else fit.fit["accuracy"]
    terms = terms_by_labeler(tx, project) if for_manager else {}
    costs = costs_of(tx, project, terms)
    advise(rows)
    for row in rows:
        row.terms, row.cost = terms.get(row.id), costs.get(row.id)
    rows.sort(key=lambda row: (-row.labels, row.name, row.id))
    judged = any(row.items for row in rows)
    return LabelersOut(
        items=rows,
        method=None if fit is None else fit.method,
        measured_at=None if fit is None else fit.created_at,
        accuracy=middle if judged else None,
        between=_between(middle, rows) if judged and middle is not None else None,
        cost=sum(costs.values()) if costs else None,
    )


def _between(middle: float, rows: list[LabelerRow]) -> tuple[float, float]:
    """The 95 % interval of what all come to: of a mean over the items that each was checked on, from the interval of
    each, as if no two rested on the same items."""
    known = [(one.items, one.accuracy.low, one.accuracy.high) for one in rows if one.items]
    checked = sum(n for n, _, _ in known)
    halves = [n * (high - low) / 2 for n, low, high in known if low is not None and high is not None]
    off = sum(half**2 for half in halves) ** 0.5 / checked
    return max(0.0, middle - off), min(1.0, middle + off)


def _people(tx: Connection, project: Project, known: set[int]) -> list[Any]:
    """Those with labels, whether they are still there or not, and all who may label."""
    role = sa.select(members.c.role).where(members.c.project_id == project.id, members.c.user_id == users.c.id)
    statement = sa.select(users.c.id, users.c.name, users.c.kind, users.c.active, role.scalar_subquery().label("role"))
    joined = sa.exists(
        sa.select(sa.literal(1)).where(
            members.c.project_id == project.id, members.c.user_id == users.c.id, members.c.role != "reader"
        )
    )
    return list(tx.execute(statement.where(sa.or_(users.c.id.in_(known), sa.and_(joined, users.c.active)))))


def _latest(tx: Connection, project: Project, coder: Coder) -> Latest:
    """Without imported ones: a file says nothing of the order and the time in which its labels were given. And without
    those of a training: who is told what is right takes their time."""
    statement = (
        sa.select(
            labels.c.labeler_id,
            labels.c.value,
            labels.c.schema_version,
            labels.c.elapsed_ms,
            labels.c.pick,
            answers.c.value.label("answer"),
            answers.c.given,
        )
        .outerjoin(answers, answers.c.item_id == labels.c.item_id)
        .where(labels.c.project_id == project.id, labels.c.value.is_not(None))
        .where(labels.c.kind != "import", labels.c.source != TRAINING)
        .order_by(labels.c.id.desc())
        .limit(LOOKED_AT)
    )
    rows = []
    for row in reversed(tx.execute(statement).all()):
        code = coder.code(row.value, row.schema_version)
        if code is None or (row.pick or {}).get("by") in BY_THEIR_ANSWER:
            continue
        right = np.nan
        if (row.given or 0) > 1:
            right = float(coder.code(row.answer, project.schema_version) == code)
        rows.append((row.labeler_id, code, np.nan if row.elapsed_ms is None else row.elapsed_ms, right))
    found = np.array(rows, dtype=np.float64).reshape(-1, 4)
    return Latest(found[:, 0].astype(np.int64), found[:, 1].astype(np.int64), found[:, 2], found[:, 3])


def _row(
    project: Project, person: Any, given: dict[str, int], measured: Any, habits: dict[int, Habits], coder: Coder
) -> LabelerRow:
    """given: labels in force by kind, most first."""
    one = habits.get(person.id)
    known = measured is not None
    return LabelerRow(
        id=person.id,
        name=person.name,
        kind=next(iter(given), person.kind),
        role=person.role,
        active=person.active and person.role is not None,
        labels=sum(given.values()),
        by_kind=given,
        accuracy=Figure(value=measured.accuracy, low=measured.low, high=measured.high)
        if known
        else Figure(value=None, low=None, high=None),
        items=measured.items if known else 0,
        gold=measured.gold if known else 0,
        agreement=None if one is None else one.agreement,
        seconds_per_label=None if one is None or one.seconds is None else round(one.seconds, 2),
        too_fast=None if one is None else one.too_fast,
        fast_seconds=None if one is None else one.fast_seconds,
        run=None if one is None else one.run,
        run_of=None
        if one is None or one.run_of is None
        else project.task.text(coder.values[one.run_of], project.schema),
        drift=None if one is None else one.drift,
        mixed_up=[MixedUp(**row) for row in measured.detail.get("mixed_up", [])] if known else [],
        bias=measured.detail.get("bias") if known else None,
        advice=[],
    )


def advise(rows: list[LabelerRow]) -> None:
    """Say of each what to look at, held against the others."""
    for row in rows:
        row.advice = _advice(row, _of_others(row, rows))


def _of_others(row: LabelerRow, rows: list[LabelerRow]) -> float | None:
    """How often the others are right, by what each was checked on: who is compared is not in it."""
    known = [(one.accuracy.value, one.items) for one in rows if one is not row and one.accuracy.value is not None]
    checked = sum(n for _, n in known)
    return sum(value * n for value, n in known) / checked if checked else None


def _advice(row: LabelerRow, others: float | None) -> list[Advice]:
    """What to look at first; never by a figure whose interval allows the opposite. others: how often they are right."""
    found: list[Advice] = []
    low, high = row.accuracy.low, row.accuracy.high
    if row.labels and row.kind == "person" and row.items < FEW_ITEMS:
        found.append("not_known")
    elif high is not None and others is not None and high < others - WORSE_BY:
        found.append("often_wrong")
    elif low is not None and others is not None and low > others + WORSE_BY / 2:
        found.append("reliable")
    if row.kind != "person":  # a machine is as fast as it is, and what is labeled at once has one answer
        return found
    if row.too_fast is not None and row.too_fast > MUCH_TOO_FAST:
        found.append("too_fast")
    if row.run is not None:
        found.append("one_answer")
    if row.drift is not None:
        found.append("worse_lately" if row.drift < 0 else "better_lately")
    return found
