"""Rows of an export: of the present state from the database, or of a dataset version from its files.

Both give the same rows for the same state, a chunk of items at a time (G8).
"""

from collections.abc import Iterator
from typing import Any

import orjson
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.tables import users
from labeler.datasets.reading import Version
from labeler.datasets.segments import LABELS
from labeler.datasets.writers import Columns
from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import Database
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Project
from labeler.tasks import task_type

CHUNK = 2000
Row = dict[str, Any]


ITEMS_AFTER = CompiledStatement(
    sa.select(items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.split)
    .where(items.c.project_id == bindparam("project"), items.c.id > bindparam("after"))
    .order_by(items.c.id)
    .limit(bindparam("most"))
)
LABELS_BETWEEN = CompiledStatement(
    sa.select(
        labels.c.item_id,
        labels.c.value,
        labels.c.guideline_version,
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
            given = _labels_between(tx, project.id, first, after)
            marked = _flags_between(tx, project.id, first, after)
            for row in chunk:
                yield _row(
                    project, row.key, row.content, row.metadata, row.split, given.get(row.id), marked.get(row.id)
                )


def current_columns(db: Database, project: Project) -> Columns:
    """The columns of a flat export of the present state: a pass over fields and metadata only."""
    empty = sa.cast(items.c.metadata, sa.Text) == "{}"
    first = sa.select(items.c.content).where(items.c.project_id == project.id).order_by(items.c.id).limit(1)
    with db.engine.connect() as tx:
        content = tx.execute(first).scalar()
        wanted = sa.select(items.c.metadata, items.c.content).where(items.c.project_id == project.id)
        if content is None or "text" in content:
            wanted = sa.select(items.c.metadata).where(items.c.project_id == project.id, sa.not_(empty))
        rows = tx.execution_options(yield_per=CHUNK).execute(wanted)
        return Columns.of(
            {**(row.content if "content" in row._fields else {}), "metadata": row.metadata} for row in rows
        )


def version_columns(version: Version) -> Columns:
    """The columns of a flat export of a dataset version."""

    def rows() -> Iterator[Row]:
        for table in version.tables("items", ["fields", "metadata"]):
            for fields, metadata in zip(table["fields"].to_pylist(), table["metadata"].to_pylist(), strict=True):
                if fields is not None or metadata != "{}":
                    yield {"fields": orjson.loads(fields) if fields else None, "metadata": orjson.loads(metadata)}

    return Columns.of(rows())


def _labels_between(tx: Connection, project_id: int, first: int, last: int) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in LABELS_BETWEEN(tx, project=project_id, first=first, last=last):
        found.setdefault(row.item_id, []).append(
            {
                "labeler": row.name,
                "value": row.value,
                "guideline_version": row.guideline_version,
                "source": row.source,
                "created_at": time_text(row.created_at),
            }
        )
    return found


def _flags_between(tx: Connection, project_id: int, first: int, last: int) -> dict[int, list[Row]]:
    statement = sa.select(flags.c.item_id, flags.c.reason, flags.c.note).where(
        flags.c.project_id == project_id, flags.c.item_id.between(first, last), flags.c.undone_at.is_(None)
    )
    found: dict[int, list[Row]] = {}
    for row in tx.execute(statement.order_by(flags.c.id)):
        found.setdefault(row.item_id, []).append({"reason": row.reason, "note": row.note})
    return found


def _row(
    project: Project,
    key: str,
    content: Row,
    metadata: Row,
    split: str,
    given: list[Row] | None,
    marked: list[Row] | None,
) -> Row:
    label = task_type(project.task_type).consensus([entry["value"] for entry in given])[0] if given else None
    return {
        "key": key,
        **content,
        "metadata": metadata,
        "split": split,
        "label": label,
        "labels": given or [],
        "flags": marked or [],
    }


def version_rows(version: Version, project: Project) -> Iterator[Row]:
    """Every item of a dataset version with the labels it holds."""
    given = _version_labels(version)
    marked: dict[int, list[Row]] = {}
    for flag in _records(version, "flags.parquet"):
        marked.setdefault(flag["item"], []).append({"reason": flag["reason"], "note": flag["note"]})
    for table in version.tables("items"):
        for row in table.to_pylist():
            content = {"text": row["text"]} if row["text"] is not None else {"fields": orjson.loads(row["fields"])}
            metadata = orjson.loads(row["metadata"])
            yield _row(
                project, row["key"], content, metadata, row["split"], given.get(row["item"]), marked.get(row["item"])
            )


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

    table = pa.concat_tables(tables).select([name for name in LABELS.names if name not in ("suggestion", "key")])
    gone = pc.is_in(table["label"], value_set=table["supersedes"].drop_null().combine_chunks())
    table = table.filter(pc.and_(pc.invert(gone), pc.is_valid(table["value"])))
    found: dict[int, list[Row]] = {}
    for batch in table.to_batches(max_chunksize=CHUNK):
        for row in batch.to_pylist():
            found.setdefault(row["item"], []).append(
                {
                    "labeler": row["labeler_name"],
                    "value": row["value"],
                    "guideline_version": row["guideline_version"],
                    "source": row["source"],
                    "created_at": time_text(row["created_at"]),
                }
            )
    return found
