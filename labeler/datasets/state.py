"""Reading the state of a project for a dataset version: one consistent view of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler import contents
from labeler.accounts.tables import users
from labeler.contents import ContentKind
from labeler.datasets.segments import Rows
from labeler.guidelines.service import get_text, published_version
from labeler.items.tables import items, present
from labeler.kit.db import Database, lock
from labeler.labels.tables import flags, labels
from labeler.projects.access import Project
from labeler.quality.tables import answers


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


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def read_items(tx: Connection, project: Project, after: int, most: int) -> Rows:
    kind = kind_of_items(project)
    statement = (
        sa.select(items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.split, items.c.created_at)
        .where(present(project.id), items.c.id > after)
        .order_by(items.c.id)
        .limit(most)
    )
    return [
        {
            "item": row.id,
            "key": row.key,
            **kind.to_columns(row.content),
            "metadata": orjson.dumps(row.metadata).decode(),
            "split": row.split,
            "created_at": row.created_at,
        }
        for row in tx.execute(statement)
    ]


def removed_items(tx: Connection, project_id: int) -> list[int]:
    """The ids of all items that were ever removed, rising."""
    gone = sa.select(items.c.id).where(items.c.project_id == project_id, items.c.removed_at.is_not(None))
    return list(tx.execute(gone.order_by(items.c.id)).scalars())


def count_items(tx: Connection, project: Project, first: int, last: int) -> int:
    """How many items there are with ids from first to last."""
    there = sa.select(sa.func.count()).where(present(project.id), items.c.id.between(first, last))
    return int(tx.execute(there).scalar_one())


def kind_of_items(project: Project) -> ContentKind:
    """The project's kind of content; an empty project that was set up without one counts as one of texts."""
    return contents.registry.find(project.content or "text")


def read_labels(tx: Connection, project: Project, after: int, most: int) -> Rows:
    """Values are as they were given, under the version of the schema that stands beside them."""
    dump = project.task.dump
    statement = (
        sa.select(labels, items.c.key, users.c.name, users.c.kind.label("account_kind"))
        .join(items, items.c.id == labels.c.item_id)
        .join(users, users.c.id == labels.c.labeler_id)
        .where(labels.c.project_id == project.id, labels.c.id > after)
        .order_by(labels.c.id)
        .limit(most)
    )
    return [
        {
            "label": row.id,
            "item": row.item_id,
            "key": row.key,
            "value": None if row.value is None else dump(row.value),
            "labeler": row.labeler_id,
            "labeler_name": row.name,
            "labeler_kind": row.account_kind,
            "source": row.source,
            "kind": row.kind,
            "guideline_version": row.guideline_version,
            "schema_version": row.schema_version,
            "elapsed_ms": row.elapsed_ms,
            "supersedes": row.supersedes,
            "suggestion": _json(row.suggestion),
            "pick": _json(row.pick),
            "created_at": row.created_at,
        }
        for row in tx.execute(statement)
    ]


def read_current(tx: Connection, project: Project) -> Rows:
    """The answer in force of every item that has one, by item id."""
    dump = project.task.dump
    statement = (
        sa.select(answers, items.c.key, items.c.split)
        .join(items, items.c.id == answers.c.item_id)
        .where(answers.c.project_id == project.id)
        .order_by(answers.c.item_id)
    )
    return [
        {
            "item": row.item_id,
            "key": row.key,
            "value": dump(row.value),
            "confidence": row.confidence,
            "method": row.method,
            "labels": row.given,
            "split": row.split,
        }
        for row in tx.execute(statement)
    ]


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
