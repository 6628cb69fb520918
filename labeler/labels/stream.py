"""Reading labels incrementally: everything after a cursor, in the order it was recorded."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.items.tables import items
from labeler.kit.db import Database, lock
from labeler.labels.tables import labels
from labeler.projects.access import Project

CHUNK = 2000


def high_water(tx: Connection, project_id: int) -> int:
    """An id up to which the project's labels are complete: nothing below it can still appear.

    On PostgreSQL ids are given out before they are committed; every writer holds a shared lock, so
    having had the exclusive one means that no older id is under way (on SQLite there is one writer).
    """
    lock(tx, "labels", project_id)
    newest = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == project_id)
    return int(tx.execute(newest).scalar() or 0)


def read_labels(db: Database, project: Project, since: int, labeler_id: int | None) -> Iterator[dict[str, Any]]:
    """All label rows after `since`, corrections and undos included, each with its cursor.

    value: as the newest schema reads it; given: as it was given, where that is something else.
    """
    project_id = project.id
    with db.engine.begin() as tx:
        end = high_water(tx, project_id)
    while since < end:
        statement = (
            sa.select(labels, items.c.key, users.c.name, users.c.kind.label("account_kind"))
            .join(items, items.c.id == labels.c.item_id)
            .join(users, users.c.id == labels.c.labeler_id)
            .where(labels.c.project_id == project_id, labels.c.id > since, labels.c.id <= end)
            .order_by(labels.c.id)
            .limit(CHUNK)
        )
        if labeler_id is not None:
            statement = statement.where(labels.c.labeler_id == labeler_id)
        with db.engine.connect() as tx:
            rows = tx.execute(statement).all()
        if not rows:
            return
        for row in rows:
            value = None if row.value is None else project.read(row.value, row.schema_version)
            yield {
                "cursor": str(row.id),
                "id": row.id,
                "item_key": row.key,
                "value": value,
                **({} if value == row.value else {"given": row.value}),
                "labeler": {"id": row.labeler_id, "name": row.name, "kind": row.account_kind},
                "kind": row.kind,
                "source": row.source,
                "pick": row.pick,
                "guideline_version": row.guideline_version,
                "schema_version": row.schema_version,
                "elapsed_ms": row.elapsed_ms,
                "supersedes": row.supersedes,
                "created_at": row.created_at,
            }
        since = rows[-1].id
