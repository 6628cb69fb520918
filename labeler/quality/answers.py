"""Keeping the answers in force: written with every label, read by everybody else.

The common case, one label an item, is one statement on the labelers' path. Nothing else decides what an item's answer
is: dataset versions, exports, training, insight and the queue read this table.

Why: docs/decisions/0015-answers-in-one-table.md
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.imports.undo import LabelsTakenBack
from labeler.imports.write import LabelsImported
from labeler.items.remove import ItemsRemoved
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import insert_for
from labeler.kit.events import listen
from labeler.labels.removed import LabelsRestored
from labeler.labels.submit import LabelSubmitted
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project
from labeler.quality.consensus import MAJORITY, majority
from labeler.quality.recount import recount_needed
from labeler.quality.tables import answers

PART = 500
ANSWER = ("value", "labels", "confidence", "method", "given")


def _set(dialect: str) -> CompiledStatement:
    insert = insert_for(dialect, answers).values(created_at=clock(), changed_at=clock())
    changed = {
        name: insert.excluded[name] for name in ("value", "labels", "confidence", "method", "given", "changed_at")
    }
    return CompiledStatement(insert.on_conflict_do_update(index_elements=["item_id"], set_=changed))


SET = {dialect: _set(dialect) for dialect in ("sqlite", "postgresql")}
DROP = CompiledStatement(sa.delete(answers).where(answers.c.item_id == bindparam("item")))


def answer_of(project: Project, values: Sequence[Any]) -> dict[str, Any]:
    """The answer that values of the newest schema come to, earliest first, as columns of the table."""
    task = project.task
    value, confidence = values[0], 1.0
    if len(values) > 1:
        value, confidence = majority(values, lambda a, b: task.distance(a, b, project.schema))
    return {
        "value": value,
        "labels": task.labels_in(value),
        "confidence": confidence,
        "method": MAJORITY,
        "given": len(values),
    }


@listen(LabelSubmitted)
def keep_answer(tx: Connection, event: LabelSubmitted, project: Project) -> None:
    if not event.counted:
        return
    if event.others:
        make_answers(tx, project, [event.item_id])
    elif event.value is None:
        DROP(tx, item=event.item_id)
    else:
        row = answer_of(project, [event.value])
        SET[tx.dialect.name](tx, item_id=event.item_id, project_id=project.id, **row)


@listen(LabelsImported)
def keep_imported(tx: Connection, event: LabelsImported, project: Project) -> None:
    """Most have one label on a new item, and what it needs was counted with it: these are written together."""
    if not project.counts(event.kind):
        return
    if event.others:
        recount_needed(tx, project, event.others)
        make_answers(tx, project, event.others)
    rows: list[tuple[Any, ...]] = []
    known: dict[str, tuple[Any, ...]] = {}  # the same few answers come again and again
    for item_id, given in event.first:
        value = project.read(given, event.schema_version)
        if value is not None:
            made = known.get(repr(value))
            if made is None:
                made = known[repr(value)] = tuple(answer_of(project, [value]).values())
            rows.append((item_id, *made))
    same = {"project_id": project.id, "created_at": clock(), "changed_at": clock()}
    insert_many(tx, answers, ("item_id", *ANSWER), rows, same)


@listen(ItemsRemoved)
def drop_answers(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    tx.execute(sa.delete(answers).where(answers.c.item_id.in_(event.item_ids)))


@listen(LabelsTakenBack)
def answer_again(tx: Connection, event: LabelsTakenBack, project: Project) -> None:
    recount_needed(tx, project, event.item_ids)
    make_answers(tx, project, event.item_ids)


@listen(LabelsRestored)
def answer_as_before(tx: Connection, event: LabelsRestored, project: Project) -> None:
    recount_needed(tx, project, event.item_ids)
    make_answers(tx, project, event.item_ids)


def make_answers(tx: Connection, project: Project, item_ids: Sequence[int]) -> None:
    """Make the answers of these items from the labels that count, whatever they were before."""
    for start in range(0, len(item_ids), PART):
        part = item_ids[start : start + PART]
        answered = []
        for item_id, values in _values(tx, project, part):
            answered.append(item_id)
            SET[tx.dialect.name](tx, item_id=item_id, project_id=project.id, **answer_of(project, values))
        gone = [item_id for item_id in part if item_id not in set(answered)]
        if gone:
            tx.execute(sa.delete(answers).where(answers.c.item_id.in_(gone)))


def _values(tx: Connection, project: Project, item_ids: Sequence[int]) -> Iterator[tuple[int, list[Any]]]:
    """The counted labels of each item as the newest schema reads them, earliest first; items without any left out."""
    statement = (
        sa.select(labels.c.item_id, labels.c.value, labels.c.schema_version)
        .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
        .where(current_labels.c.item_id.in_(item_ids), current_labels.c.counted)
        .order_by(labels.c.item_id, labels.c.id)
    )
    for item_id, rows in groupby(tx.execute(statement).all(), key=lambda row: row.item_id):
        read = (project.read(row.value, row.schema_version) for row in rows)
        values = [value for value in read if value is not None]
        if values:
            yield item_id, values
