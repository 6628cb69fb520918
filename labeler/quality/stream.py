"""Reading the answers in force, a chunk of items at a time."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from labeler.accounts.tables import users
from labeler.items.tables import items
from labeler.kit.db import Database
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project
from labeler.quality.rule_answers import read_rule_answers
from labeler.quality.tables import answers
from labeler.wire.quality import AnswerOut

CHUNK = 1_000


def read_answers(db: Database, project: Project) -> Iterator[dict[str, Any]]:
    """By item, in the order the items came; then those of items that only rules and language models answer."""
    after = 0
    while True:
        with db.engine.connect() as tx:
            statement = (
                sa.select(answers, items.c.key)
                .join(items, items.c.id == answers.c.item_id)
                .where(items.c.project_id == project.id, items.c.id > after)
                .order_by(items.c.id)
                .limit(CHUNK)
            )
            rows = tx.execute(statement).all()
            if not rows:
                break
            behind = _labels(tx, project, [row.item_id for row in rows])
        for row in rows:
            yield {
                "item_key": row.key,
                **{name: getattr(row, name) for name in AnswerOut.model_fields},
                "labels": behind.get(row.item_id, []),
            }
        after = rows[-1].item_id
    yield from read_rule_answers(db, project)


def _labels(tx: sa.Connection, project: Project, item_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The counted labels of these items as they were given, oldest first."""
    statement = (
        sa.select(labels, users.c.name)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .join(users, users.c.id == labels.c.labeler_id)
        .where(current_labels.c.item_id.in_(item_ids), current_labels.c.counted)
        .order_by(labels.c.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in tx.execute(statement):
        found.setdefault(row.item_id, []).append(
            {
                "labeler": row.name,
                "kind": row.kind,
                "value": row.value,
                "guideline_version": row.guideline_version,
                "schema_version": row.schema_version,
            }
        )
    return found
