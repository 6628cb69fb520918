"""Rows of an export: of the present state from the database, or of a dataset version from its files.

Both give the same rows for the same state, a chunk of items at a time (G8).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.tables import users
from labeler.datasets.reading import Version
from labeler.datasets.writers import Columns
from labeler.items.tables import items, present
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import Database
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Project
from labeler.quality.tables import answers

CHUNK = 2000
Row = dict[str, Any]


ITEMS_AFTER = CompiledStatement(
    sa.select(items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.split)
    .where(present(bindparam("project")), items.c.id > bindparam("after"))
    .order_by(items.c.id)
    .limit(bindparam("most"))
)
LABELS_BETWEEN = CompiledStatement(
    sa.select(
        labels.c.item_id,
        labels.c.value,
        labels.c.kind,
        labels.c.pick,
        labels.c.guideline_version,
        labels.c.schema_version,
        labels.c.created_at,
        labels.c.source,
        users.c.name,
    )
    .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
    .join(users, users.c.id == labels.c.labeler_id)
    .where(
        current_labels.c.item_id.between(bindparam("first"), bindparam("last")),
        current_labels.c.project_id == bindparam("project"),
    )
    .order_by(labels.c.id)
)


ANSWERS_BETWEEN = CompiledStatement(
    sa.select(answers.c.item_id, answers.c.value, answers.c.confidence, answers.c.method).where(
        answers.c.item_id.between(bindparam("first"), bindparam("last")), answers.c.project_id == bindparam("project")
    )
)


def time_text(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))


def current_rows(db: Database, project: Project) -> Iterator[Row]:
    """Every item with its labels as they are now; one consistent view, however long the stream takes."""
    with db.engine.connect() as tx:
        if not db.is_sqlite:
            tx = tx.execution_options(isolation_level="REPEATABLE READ")
        after = 0
        while True:
            chunk = ITEMS_AFTER(tx, project=project.id, after=after, most=CHUNK)
            if not chunk:
                return
            first, after = chunk[0].id, chunk[-1].id
            given = _labels_between(tx, project, first, after)
            marked = _flags_between(tx, project.id, first, after)
            answered = {row.item_id: row for row in ANSWERS_BETWEEN(tx, project=project.id, first=first, last=after)}
            for row in chunk:
                found = answered.get(row.id)
                answer = None if found is None else Answer(found.value, found.confidence, found.method)
                about = (row.key, row.content, row.metadata, row.split)
                yield _row(*about, answer, given.get(row.id), marked.get(row.id))


def current_columns(db: Database, project: Project) -> Columns:
    """The columns of a flat export of the present state: a pass over fields and metadata only."""
    empty = sa.cast(items.c.metadata, sa.Text) == "{}"
    with db.engine.connect() as tx:
        wanted = sa.select(items.c.metadata, items.c.content).where(present(project.id))
        if project.content != "table":
            wanted = sa.select(items.c.metadata).where(present(project.id), sa.not_(empty))
        rows = tx.execution_options(yield_per=CHUNK).execute(wanted)
        return Columns.of(
            {**(row.content if "content" in row._fields else {}), "metadata": row.metadata} for row in rows
        )


def version_columns(version: Version) -> Columns:
    """The columns of a flat export of a dataset version."""

    def rows() -> Iterator[Row]:
        for table in version.tables("items", ["fields", "metadata"]):
            for row in table.to_pylist():
                fields, metadata = row.get("fields"), row["metadata"]
                if fields is not None or metadata != "{}":
                    yield {"fields": orjson.loads(fields) if fields else None, "metadata": orjson.loads(metadata)}

    return Columns.of(rows())


def _labels_between(tx: Connection, project: Project, first: int, last: int) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in LABELS_BETWEEN(tx, project=project.id, first=first, last=last):
        value = project.read(row.value, row.schema_version)
        if value is not None:
            about = (row.kind, row.guideline_version, row.schema_version, row.source, row.pick)
            found.setdefault(row.item_id, []).append(_given(row.name, value, *about, row.created_at))
    return found


def _given(
    labeler: str,
    value: Any,
    kind: str | None,
    guideline_version: int | None,
    schema_version: int | None,
    source: str,
    pick: Any,
    created_at: Any,
) -> Row:
    return {
        "labeler": labeler,
        "kind": kind,
        "value": value,
        "guideline_version": guideline_version,
        "schema_version": schema_version,
        "source": source,
        "pick": pick,
        "created_at": time_text(created_at),
    }


def _flags_between(tx: Connection, project_id: int, first: int, last: int) -> dict[int, list[Row]]:
    statement = sa.select(flags.c.item_id, flags.c.reason, flags.c.note).where(
        flags.c.project_id == project_id, flags.c.item_id.between(first, last), flags.c.undone_at.is_(None)
    )
    found: dict[int, list[Row]] = {}
    for row in tx.execute(statement.order_by(flags.c.id)):
        found.setdefault(row.item_id, []).append({"reason": row.reason, "note": row.note})
    return found


@dataclass(frozen=True)
class Answer:
    """An item's answer in force, how sure it is, and how it was made."""

    value: Any
    confidence: float | None
    method: str | None


def _row(
    key: str,
    content: Mapping[str, Any],
    metadata: Row,
    split: str,
    answer: Answer | None,
    given: list[Row] | None,
    marked: list[Row] | None,
) -> Row:
    found = answer or Answer(None, None, None)
    return {
        "key": key,
        **content,
        "metadata": metadata,
        "split": split,
        "label": found.value,
        "confidence": found.confidence,
        "method": found.method,
        "labels": given or [],
        "flags": marked or [],
    }


def version_rows(version: Version) -> Iterator[Row]:
    """Every item of a dataset version with its answer and the labels it holds, in the version's own schema."""
    schema = version.schema
    given, answered = _version_labels(version), _version_answers(version)
    marked: dict[int, list[Row]] = {}
    for flag in _records(version, "flags.parquet"):
        marked.setdefault(flag["item"], []).append({"reason": flag["reason"], "note": flag["note"]})
    for table in version.tables("items"):
        for row in table.to_pylist():
            item, metadata = row["item"], orjson.loads(row["metadata"])
            about = (row["key"], schema.kind_of(row).from_columns(row), metadata, row["split"])
            yield _row(*about, answered.get(item), given.get(item), marked.get(item))


def _version_answers(version: Version) -> dict[int, Answer]:
    load = version.schema.task.load
    return {
        row["item"]: Answer(load(row["value"]), row["confidence"], row.get("method") or "majority")
        for row in version.current_table().to_pylist()
    }


def _records(version: Version, name: str) -> list[Row]:
    import pyarrow.parquet as pq

    rows: list[Row] = pq.read_table(version.path(name)).to_pylist()
    return rows


def _version_labels(version: Version) -> dict[int, list[Row]]:
    """The labels in force, by item: what no later row supersedes, undone ones left out."""
    tables = list(version.tables("labels"))
    if not tables:
        return {}
    import pyarrow as pa

    table = pa.concat_tables(tables, promote_options="default").drop_columns(["suggestion", "key"])
    gone = pc.is_in(table["label"], value_set=table["supersedes"].drop_null().combine_chunks())
    table = table.filter(pc.and_(pc.invert(gone), pc.is_valid(table["value"])))
    schema = version.schema
    found: dict[int, list[Row]] = {}
    for batch in table.to_batches(max_chunksize=CHUNK):
        for row in batch.to_pylist():
            under = row.get("schema_version") or 1
            value = schema.read(row["value"], under)
            if value is not None:
                pick = orjson.loads(row["pick"]) if row.get("pick") else None
                about = (row.get("kind"), row["guideline_version"], under, row["source"], pick)
                found.setdefault(row["item"], []).append(_given(row["labeler_name"], value, *about, row["created_at"]))
    return found
