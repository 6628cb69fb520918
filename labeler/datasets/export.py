"""Rows of an export: of the present state from the database, or of a dataset version from its files.

Both give the same rows for the same state, a chunk of items at a time (G8).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, partial

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.tables import users
from labeler.datasets.reading import Version
from labeler.datasets.rows import CHUNK, Row, given, item_row, load
from labeler.datasets.shares import by_label, with_shares
from labeler.datasets.version_rows import version_columns, version_rows
from labeler.datasets.writers import Columns, Wants
from labeler.imports.tables import outside_predictions
from labeler.items.tables import items, present
from labeler.items.versions import told_apart
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import Database
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.tasks import TaskSchema

# JSON and times come as the database keeps them: a million rows of them are read here faster than by their types.
_text = partial(sa.cast, type_=sa.Text)
_CREATED = sa.type_coerce(labels.c.created_at, sa.BigInteger).label("created_at")

ITEMS_AFTER = CompiledStatement(
    sa.select(
        *(items.c.id, items.c.key, _text(items.c.content).label("content")),
        *(_text(items.c.metadata).label("metadata"), items.c.split),
    )
    .where(present(bindparam("project")), items.c.id > bindparam("after"))
    .order_by(items.c.id)
    .limit(bindparam("most"))
)
_GIVEN = (
    *(labels.c.item_id, labels.c.labeler_id, users.c.name, _text(labels.c.value).label("value"), labels.c.kind),
    *(
        labels.c.guideline_version,
        labels.c.schema_version,
        labels.c.source,
        _text(labels.c.pick).label("pick"),
        _CREATED,
    ),
)


def _of_items(table: sa.Table) -> tuple[sa.ColumnElement[bool], ...]:
    """Rows of a chunk of a project's items. "+ 0": else SQLite reads all rows of the project for each chunk."""
    return (
        table.c.item_id.between(bindparam("first"), bindparam("last")),
        table.c.project_id + 0 == bindparam("project", type_=sa.BigInteger),
    )


LABELS_BETWEEN = CompiledStatement(
    sa.select(*_GIVEN)
    .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
    .join(users, users.c.id == labels.c.labeler_id)
    .where(*_of_items(current_labels))
    .order_by(labels.c.id)
)
LABELS_EVER = CompiledStatement(
    sa.select(*_GIVEN, current_labels.c.label_id.label("in_force"))
    .select_from(labels.join(users, users.c.id == labels.c.labeler_id))
    .outerjoin(current_labels, current_labels.c.label_id == labels.c.id)
    .where(*_of_items(labels))
    .order_by(labels.c.id)
)
PREDICTIONS_BETWEEN = CompiledStatement(
    sa.select(
        outside_predictions.c.item_id,
        outside_predictions.c.value,
        outside_predictions.c.score,
        outside_predictions.c.model,
    )
    .where(*_of_items(outside_predictions))
    .order_by(outside_predictions.c.created_at, outside_predictions.c.import_id)  # the newest is the last
)


ANSWERS_BETWEEN = CompiledStatement(
    sa.select(
        *(answers.c.item_id, _text(answers.c.value).label("value"), answers.c.confidence, answers.c.method)
    ).where(*_of_items(answers))
)


@lru_cache(4096)
def _second_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _micros_text(micros: int) -> str:
    """As `time_text`, of microseconds since 1970."""
    seconds, rest = divmod(micros, 1_000_000)
    return f"{_second_text(seconds)}.{rest:06d}Z" if rest else f"{_second_text(seconds)}Z"


@dataclass(frozen=True)
class Source:
    """What is exported: the present state, in one transaction, or a dataset version (tx: None). wants: what is read
    beside items, answers and labels in force."""

    project: Project
    wants: Wants
    tx: Connection | None = None
    version: Version | None = None

    @property
    def schema(self) -> TaskSchema:
        return self.version.schema.schema if self.version else self.project.schema

    def columns(self) -> Columns:
        """The columns of a flat export: a pass over fields and metadata only."""
        return version_columns(self.version) if self.version else _current_columns(self._tx, self.project)

    def rows(self) -> Iterator[Row]:
        """Every item with its labels; or, as the options may want it, every label with its item."""
        found = (
            version_rows(self.version, self.wants.history)
            if self.version
            else _current_rows(self._tx, self.project, self.wants)
        )
        if self.wants.soft:
            found = with_shares(found, self.schema, self.project.counts)
        return by_label(found) if self.wants.rows == "labels" else found

    @property
    def _tx(self) -> Connection:
        assert self.tx is not None
        return self.tx


@contextmanager
def open_source(
    db: Database, project: Project, version: Version | None = None, wants: Wants = Wants()
) -> Iterator[Source]:
    """One consistent view, however long the stream takes."""
    if version is not None:
        yield Source(project, wants, version=version)
        return
    with db.engine.connect() as tx:
        if not db.is_sqlite:
            tx = tx.execution_options(isolation_level="REPEATABLE READ")
        with tx.begin():
            yield Source(project, wants, tx)


def _current_rows(tx: Connection, project: Project, wants: Wants) -> Iterator[Row]:
    after, names = 0, told_apart(_namesakes(tx, project))
    while chunk := ITEMS_AFTER.tuples(tx, project=project.id, after=after, most=CHUNK):
        first, after = chunk[0][0], chunk[-1][0]
        given = _labels_between(tx, project, first, after, names, wants.history)
        marked = _flags_between(tx, project.id, first, after)
        answered = {row[0]: row for row in ANSWERS_BETWEEN.tuples(tx, project=project.id, first=first, last=after)}
        predicted = _predictions_between(tx, project, first, after) if wants.predictions else {}
        for item_id, key, content, metadata, split in chunk:
            about = (answered.get(item_id), given.get(item_id), marked.get(item_id))
            row = item_row(key, orjson.loads(content), load(metadata), split, *about, wants.history)
            if item_id in predicted:
                row["prediction"] = predicted[item_id]
            yield row


def _current_columns(tx: Connection, project: Project) -> Columns:
    empty = sa.cast(items.c.metadata, sa.Text) == "{}"
    wanted = sa.select(items.c.metadata, items.c.content).where(present(project.id))
    if project.content != "table":
        wanted = sa.select(items.c.metadata).where(present(project.id), sa.not_(empty))
    rows = tx.execution_options(yield_per=CHUNK).execute(wanted)
    return Columns.of({**(row.content if "content" in row._fields else {}), "metadata": row.metadata} for row in rows)


def _namesakes(tx: Connection, project: Project) -> list[tuple[int, str]]:
    """(id, name) of those who labeled here and whose name somebody else has, too: seldom anybody."""
    twice = sa.select(users.c.name).group_by(users.c.name).having(sa.func.count() > 1)
    found = tx.execute(sa.select(users.c.id, users.c.name).where(users.c.name.in_(twice))).all()
    if not found:
        return []
    here = sa.select(labels.c.labeler_id).where(labels.c.project_id == project.id).distinct()
    mine = set(tx.execute(here).scalars())
    return [(row.id, row.name) for row in found if row.id in mine]


def _labels_between(
    tx: Connection, project: Project, first: int, last: int, names: Mapping[int, str], ever: bool
) -> dict[int, list[Row]]:
    """The labels in force by item; ever: every label there was, with whether it is in force."""
    found: dict[int, list[Row]] = {}
    newest = project.schema_version
    read = LABELS_EVER if ever else LABELS_BETWEEN
    for row in read.tuples(tx, project=project.id, first=first, last=last):
        item, labeler_id, name, value, kind, guideline, under, source, pick, created_at = row[:10]
        value = None if value is None else load(value)
        if under != newest and value is not None:
            value = project.read(value, under)
        if value is None and not ever:
            continue
        pick = None if pick is None else load(pick)
        created = _micros_text(created_at)
        label = given(names.get(labeler_id, name), value, kind, guideline, under, source, pick, created)
        if ever:
            label["in_force"] = value is not None and row[10] is not None
        found.setdefault(item, []).append(label)
    return found


def _predictions_between(tx: Connection, project: Project, first: int, last: int) -> dict[int, Row]:
    return {
        row.item_id: {"value": row.value, "score": row.score, "model": row.model}
        for row in PREDICTIONS_BETWEEN(tx, project=project.id, first=first, last=last)
    }


def _flags_between(tx: Connection, project_id: int, first: int, last: int) -> dict[int, list[Row]]:
    statement = sa.select(flags.c.item_id, flags.c.reason, flags.c.note).where(
        flags.c.project_id == project_id, flags.c.item_id.between(first, last), flags.c.undone_at.is_(None)
    )
    found: dict[int, list[Row]] = {}
    for row in tx.execute(statement.order_by(flags.c.id)):
        found.setdefault(row.item_id, []).append({"reason": row.reason, "note": row.note})
    return found
