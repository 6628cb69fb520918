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
from labeler.quality.fits import find_fit
from labeler.quality.incremental import Given, answer_of
from labeler.quality.known import gold_row, known_answers
from labeler.quality.overlap import ask_or_close, is_unsure
from labeler.quality.recount import recount_needed
from labeler.quality.rule_answers import evidence_of
from labeler.quality.tables import answers

PART = 500
ANSWER = ("value", "labels", "confidence", "method", "given")
KEPT = (*ANSWER, "agreement", "posterior", "contested", "wants_more")


def _set(dialect: str) -> CompiledStatement:
    insert = insert_for(dialect, answers).values(created_at=clock(), changed_at=clock())
    changed = {name: insert.excluded[name] for name in (*KEPT, "changed_at")}
    return CompiledStatement(insert.on_conflict_do_update(index_elements=["item_id"], set_=changed))


SET = {dialect: _set(dialect) for dialect in ("sqlite", "postgresql")}
DROP = CompiledStatement(sa.delete(answers).where(answers.c.item_id == bindparam("item")))


@listen(LabelSubmitted)
def keep_answer(tx: Connection, event: LabelSubmitted, project: Project) -> None:
    if not event.counted:
        if project.has_gold:  # what is known needs no label, no matter who gave one
            make_answers(tx, project, [event.item_id], recounted=True)
        return
    if event.others or project.settings.several or project.has_gold:
        make_answers(tx, project, [event.item_id], recounted=True)
    elif event.value is None:
        DROP(tx, item=event.item_id)
    else:
        row = answer_of(project, [Given(event.labeler_id, event.value)]) | {"wants_more": False}
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
                row = answer_of(project, [Given(0, value)])
                made = known[repr(value)] = tuple(row[name] for name in ANSWER)
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


def make_answers(tx: Connection, project: Project, item_ids: Sequence[int], recounted: bool = False) -> None:
    """Make the answers of these items from the labels that count, whatever they were before; and ask for another label
    where that is wanted and the answer is not certain. recounted: what the items need is what all get, since this very
    transaction counted it."""
    fit, known = find_fit(tx, project.id), known_answers(tx, project, item_ids)
    for start in range(0, len(item_ids), PART):
        part = item_ids[start : start + PART]
        beside = evidence_of(tx, project, part)
        answered = []
        for item_id, given in _given(tx, project, part):
            answered.append(item_id)
            row = answer_of(project, given, fit, beside.get(item_id))
            if item_id in known:
                row = gold_row(project, known[item_id], row["given"], row["agreement"])
            row["wants_more"] = is_unsure(project, row)
            SET[tx.dialect.name](tx, item_id=item_id, project_id=project.id, **row)
            if row["wants_more"] or item_id in known or not recounted:
                ask_or_close(tx, project, item_id, row)
        for item_id in (item for item in part if item in known and item not in set(answered)):
            answered.append(item_id)
            row = gold_row(project, known[item_id], 0, 1.0) | {"wants_more": False}
            SET[tx.dialect.name](tx, item_id=item_id, project_id=project.id, **row)
            ask_or_close(tx, project, item_id, row)
        gone = [item_id for item_id in part if item_id not in set(answered)]
        if gone:
            tx.execute(sa.delete(answers).where(answers.c.item_id.in_(gone)))


_LABELS = (
    sa.select(labels.c.item_id, labels.c.labeler_id, labels.c.value, labels.c.schema_version)
    .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
    .where(current_labels.c.counted)
    .order_by(labels.c.item_id, labels.c.id)
)
OF_ONE = CompiledStatement(_LABELS.where(current_labels.c.item_id == bindparam("item")))


def _given(tx: Connection, project: Project, item_ids: Sequence[int]) -> Iterator[tuple[int, list[Given]]]:
    """The counted labels of each item as the newest schema reads them, earliest first; items without any left out."""
    if len(item_ids) == 1:
        found: Sequence[Any] = OF_ONE(tx, item=item_ids[0])
    else:
        found = tx.execute(_LABELS.where(current_labels.c.item_id.in_(item_ids))).all()
    for item_id, rows in groupby(found, key=lambda row: row.item_id):
        read = (Given(row.labeler_id, project.read(row.value, row.schema_version)) for row in rows)
        given = [one for one in read if one.value is not None]
        if given:
            yield item_id, given
