"""What was answered, as those who read answers want it."""

from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.wire.quality import AnswerOut


def answers_in_order(tx: Connection, project_id: int) -> list[tuple[int, Any, list[str]]]:
    """Item, answer, and the labels in it, of every answered item, in the order they were first answered."""
    statement = sa.select(answers.c.item_id, answers.c.value, answers.c.labels)
    statement = statement.where(answers.c.project_id == project_id)
    rows = tx.execute(statement.order_by(answers.c.created_at, answers.c.item_id))
    return [(row.item_id, row.value, row.labels) for row in rows]


def answers_of(tx: Connection, item_ids: list[int]) -> dict[int, AnswerOut]:
    """The answers in force of these items, by item id."""
    columns = [answers.c[name] for name in AnswerOut.model_fields]
    rows = tx.execute(sa.select(answers.c.item_id, *columns).where(answers.c.item_id.in_(item_ids)))
    return {row.item_id: AnswerOut(**{name: getattr(row, name) for name in AnswerOut.model_fields}) for row in rows}


def used(tx: Connection, project: Project) -> Counter[str]:
    """How many answers hold each label, or are each number of a scale."""
    counted: Counter[str] = Counter()
    kinds = sa.select(answers.c.value, sa.func.count().label("n")).where(answers.c.project_id == project.id)
    for row in tx.execute(kinds.group_by(answers.c.value)):
        counted.update(dict.fromkeys(project.task.counted_as(row.value), row.n))
    return counted
