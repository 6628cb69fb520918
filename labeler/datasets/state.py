"""Reading the state of a project for a dataset version: one consistent view of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.datasets.segments import Rows
from labeler.guidelines.service import get_text, published_version
from labeler.items.tables import items
from labeler.kit.db import Database, lock
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Project
from labeler.tasks import task_type


@dataclass(frozen=True)
class Guideline:
    version: int | None
    text: str


@contextmanager
def consistent_view(db: Database, project_id: int) -> Iterator[Connection]:
    """A transaction that sees one moment, with no older write still under way (see `labels/stream.py`)."""
    if db.is_sqlite:
        with db.engine.connect() as tx, tx.begin():
            yield tx
        return
    with db.engine.connect().execution_options(isolation_level="REPEATABLE READ") as tx:
        with db.engine.begin() as barrier:
            lock(barrier, "items", project_id)
            lock(barrier, "labels", project_id)
            # The view begins while both locks are held: who wrote before has committed, later ones are not seen.
            tx.execute(sa.text("SELECT 1 FROM projects LIMIT 1"))
        yield tx


def plain(value: Any) -> str | None:
    """A label's value in a Parquet column: text as it is, anything else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def read_items(tx: Connection, project_id: int, after: int, most: int) -> Rows:
    statement = (
        sa.select(items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.split, items.c.created_at)
        .where(items.c.project_id == project_id, items.c.id > after)
        .order_by(items.c.id)
        .limit(most)
    )
    return [
        {
            "item": row.id,
            "key": row.key,
            "text": row.content.get("text"),
            "fields": orjson.dumps(row.content["fields"]).decode() if "fields" in row.content else None,
            "metadata": orjson.dumps(row.metadata).decode(),
            "split": row.split,
            "created_at": row.created_at,
        }
        for row in tx.execute(statement)
    ]


def read_labels(tx: Connection, project_id: int, after: int, most: int) -> Rows:
    statement = (
        sa.select(labels, items.c.key, users.c.name, users.c.kind)
        .join(items, items.c.id == labels.c.item_id)
        .join(users, users.c.id == labels.c.labeler_id)
        .where(labels.c.project_id == project_id, labels.c.id > after)
        .order_by(labels.c.id)
        .limit(most)
    )
    return [
        {
            "label": row.id,
            "item": row.item_id,
            "key": row.key,
            "value": plain(row.value),
            "labeler": row.labeler_id,
            "labeler_name": row.name,
            "labeler_kind": row.kind,
            "source": row.source,
            "guideline_version": row.guideline_version,
            "elapsed_ms": row.elapsed_ms,
            "supersedes": row.supersedes,
            "suggestion": plain(row.suggestion),
            "created_at": row.created_at,
        }
        for row in tx.execute(statement)
    ]


def read_current(tx: Connection, project: Project) -> Rows:
    """The consensus of every item that has labels, by item id."""
    statement = (
        sa.select(labels.c.item_id, items.c.key, items.c.split, labels.c.value)
        .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
        .join(items, items.c.id == labels.c.item_id)
        .where(current_labels.c.project_id == project.id)
        .order_by(labels.c.item_id, labels.c.id)
    )
    task = task_type(project.task_type)
    rows: Rows = []
    values: list[Any] = []
    result = tx.execute(statement).all()
    for number, row in enumerate(result):
        values.append(row.value)
        if number + 1 < len(result) and result[number + 1].item_id == row.item_id:
            continue
        value, confidence = task.consensus(values)
        rows.append(
            {
                "item": row.item_id,
                "key": row.key,
                "value": plain(value),
                "confidence": confidence,
                "labels": len(values),
                "split": row.split,
            }
        )
        values = []
    return rows


def read_flags(tx: Connection, project_id: int) -> Rows:
    statement = (
        sa.select(flags, items.c.key)
        .join(items, items.c.id == flags.c.item_id)
        .where(flags.c.project_id == project_id, flags.c.undone_at.is_(None))
        .order_by(flags.c.id)
    )
    return [
        {
            "flag": row.id,
            "item": row.item_id,
            "key": row.key,
            "reason": row.reason,
            "note": row.note,
            "labeler": row.labeler_id,
            "guideline_version": row.guideline_version,
            "created_at": row.created_at,
            "resolved_at": row.resolved_at,
            "resolution": row.resolution,
        }
        for row in tx.execute(statement)
    ]


def read_guideline(tx: Connection, project_id: int) -> Guideline:
    version = published_version(tx, project_id)
    return Guideline(version, "" if version is None else get_text(tx, project_id, version))
