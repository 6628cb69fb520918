"""Training: gold items only, each once, and after each answer what was right.

What somebody says in training is a fair answer, since they are told what is right only afterwards. Yet it is not how
they label: they know that they are looked at, and they are still learning. So it counts for the training alone, which
is shown by itself: not for the accuracy that gold items among others measure, for no item's answer, and for nothing
that is measured on the holdout. Such labels have a source of their own (`projects.access.TRAINING`).

Its items are drawn when it begins, and `told` only grows: nobody answers an item again whose right answer they know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Member, Project
from labeler.quality.known import in_turn, known_answers, says_the_same
from labeler.quality.tables import gold_items
from labeler.standings.changes import set_standing
from labeler.standings.finding import find, is_asked_for, is_program, is_spared, why_nothing
from labeler.standings.tables import HELD, PASSED, TRAINING, standings
from labeler.terms.limits import has_skill, limits_of
from labeler.wire.standings import Feedback, TrainingProgress

FEWEST = 5
"""Gold items that somebody has not seen, from which on a training tells anything: with fewer there is none, and nobody
waits for it."""
_mine: Any = bindparam("labeler", type_=sa.BigInteger)
_drawn = (
    sa.select(items.c.id)
    .select_from(gold_items.join(items, items.c.id == gold_items.c.item_id))
    .where(
        gold_items.c.project_id == bindparam("project"),
        gold_items.c.asked,
        items.c.removed_at.is_(None),
        sa.not_(
            sa.exists(
                sa.select(sa.literal(1))
                .select_from(current_labels)
                .where(current_labels.c.item_id == items.c.id, current_labels.c.labeler_id == _mine)
            )
        ),
    )
    .order_by(*in_turn(items.c, _mine))
    .limit(bindparam("most"))
)
DRAW = {False: CompiledStatement(_drawn), True: CompiledStatement(_drawn.where(has_skill))}
LABELED = CompiledStatement(
    sa.select(
        sa.func.count().label("n"),
    ).select_from(
        sa.select(labels.c.id)
        .where(labels.c.project_id == bindparam("project"), labels.c.labeler_id == _mine, labels.c.value.is_not(None))
        .limit(bindparam("most"))
        .subquery()
    )
)


@dataclass(frozen=True)
class Told:
    """What goes with an answer besides its label. stopped: why its giver gets no more items."""

    feedback: Feedback | None = None
    training: TrainingProgress | None = None
    stopped: str | None = None


def fewest(project: Project) -> int:
    return min(FEWEST, project.settings.training_items)


def turn(tx: Connection, member: Member) -> Any:
    """The row of somebody who gets items of their training now, or None for who gets the queue. A training begins here,
    and ends where its last gold items went away: then the row has another state.

    Raises `TrainingNotPassed` or `LabelerPaused` for who gets nothing."""
    project = member.project
    if not is_asked_for(project) or is_spared(member):
        return None
    row = find(tx, member)
    if row is None:
        nobody_new = is_program(member) or not project.trains or is_experienced(tx, project, member.user_id)
        return None if nobody_new else begin(tx, project, member.user_id)
    if row.state == HELD and project.settings.training_items and _passes(project, row):
        row = settle(tx, project, row)  # the mark is lower now
    if (problem := why_nothing(tx, project, row)) is not None:
        raise problem
    if row.state != TRAINING or not project.settings.training_items or is_program(member):
        return None
    if left(tx, project, row):
        return row
    row = settle(tx, project, row)
    return None if why_nothing(tx, project, row) is None else row


def is_experienced(tx: Connection, project: Project, labeler_id: int) -> bool:
    """Whether they have labeled as many items here as a training has: who labels already is no newcomer."""
    most = project.settings.training_items
    return bool(LABELED.one(tx, project=project.id, labeler=labeler_id, most=most).n >= most)


def begin(tx: Connection, project: Project, labeler_id: int, by: Member | None = None, note: str = "") -> Any:
    """Draw the items of a training; returns the row, or None where there is too little gold that they have not seen."""
    skilled = limits_of(tx, project, labeler_id).skilled
    known = {"project": project.id, "labeler": labeler_id, "most": project.settings.training_items}
    drawn = DRAW[skilled is not None](tx, **known, **(skilled or {}))
    if len(drawn) < fewest(project):
        return None
    asked = [row.id for row in drawn]
    reason = "training" if by is None else "manager"
    return set_standing(tx, project, labeler_id, TRAINING, reason, by=by, note=note, asked=asked, answered=0, right=0)


def left(tx: Connection, project: Project, row: Any) -> list[int]:
    """The items of a training that are still to be answered: gold, and there."""
    told = set(row.told)
    wanted = [item for item in row.asked if item not in told]
    there = (
        sa.select(gold_items.c.item_id)
        .join(items, items.c.id == gold_items.c.item_id)
        .where(gold_items.c.item_id.in_(wanted), gold_items.c.asked, items.c.removed_at.is_(None))
    )
    known = set(tx.execute(there).scalars()) if wanted else set()
    return [item for item in wanted if item in known]


def judge(tx: Connection, project: Project, row: Any, item_id: int, value: Any) -> Told:
    """An answer in training was given: what was right, how far they are, and at the end how it went."""
    feedback = feedback_on(tx, project, item_id, value)
    counts: dict[str, Any] = {"told": [*row.told, item_id]}
    if feedback is not None:  # else nothing is left of the right answer in the newest schema
        counts |= {"answered": row.answered + 1, "right": row.right + int(feedback.right)}
    mine = (standings.c.project_id == project.id, standings.c.labeler_id == row.labeler_id)
    row = tx.execute(sa.update(standings).where(*mine).values(counts).returning(standings)).one()
    still = left(tx, project, row)
    if not still:
        row = settle(tx, project, row)
    return Told(feedback, progress(project, row, still), _stopped(tx, project, row))


def again(tx: Connection, project: Project, row: Any, item_id: int, value: Any) -> Told:
    """What goes with an answer in training that was sent twice."""
    still = left(tx, project, row) if row.state == TRAINING else []
    of_training = item_id in row.asked and row.state in (TRAINING, PASSED, HELD)
    training = progress(project, row, still) if of_training else None
    return Told(feedback_on(tx, project, item_id, value), training, _stopped(tx, project, row))


def _stopped(tx: Connection, project: Project, row: Any) -> str | None:
    problem = why_nothing(tx, project, row)
    return None if problem is None else problem.detail


def feedback_on(tx: Connection, project: Project, item_id: int, value: Any) -> Feedback | None:
    """None where the item is gold no more. value: as the newest schema reads it."""
    known = known_answers(tx, project, [item_id])
    if item_id not in known:
        return None
    note = tx.execute(sa.select(gold_items.c.note).where(gold_items.c.item_id == item_id)).scalar()
    return Feedback(right=says_the_same(project, value, known[item_id]), expected=known[item_id], note=note or "")


def settle(tx: Connection, project: Project, row: Any) -> Any:
    """All is answered: passed, or held. Where gold went away meanwhile and too little is left, nobody is held."""
    if row.answered < fewest(project):
        return set_standing(tx, project, row.labeler_id, PASSED, "too_few")
    return set_standing(tx, project, row.labeler_id, PASSED if _passes(project, row) else HELD, "training")


def _passes(project: Project, row: Any) -> bool:
    return bool(row.right >= project.settings.right_of(row.answered))


def progress(project: Project, row: Any, still: Sequence[int]) -> TrainingProgress:
    of = row.answered + len(still)
    return TrainingProgress(
        state=row.state, answered=row.answered, right=row.right, of=of, needed=project.settings.right_of(of)
    )
