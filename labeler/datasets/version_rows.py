"""Rows of an export of a dataset version, in constant memory: its labels lie in the order they were given in, and are
needed in the order of items, so they wait in a file on disk."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from labeler.datasets.reading import Version
from labeler.datasets.rows import CHUNK, Row, given, item_row, time_text
from labeler.datasets.writers import Columns
from labeler.items.versions import told_apart
from labeler.kit.beside import Beside

LABEL, ANSWER, FLAG = range(3)
MOST_PREVIEW = 300  # characters of an item's line


def version_rows(version: Version, ever: bool) -> Iterator[Row]:
    """Every item of a dataset version with its answer and the labels it holds, in the version's own schema. ever: with
    `history`."""
    schema = version.schema
    with Beside() as beside:
        beside.keep(LABEL, _labels(version, ever))
        beside.keep(ANSWER, _answers(version))
        flags = _batches(version.path("flags.parquet"))
        beside.keep(FLAG, ((one["item"], {"reason": one["reason"], "note": one["note"]}) for one in flags))
        beside.sort()
        for table in version.tables("items"):
            for batch in table.to_batches(max_chunksize=CHUNK):
                rows = batch.to_pylist()
                ids = [row["item"] for row in rows]
                found = beside.between(min(ids, default=0), max(ids, default=0))
                for row in rows:
                    item = row["item"]
                    content, metadata = schema.kind_of(row).from_columns(row), orjson.loads(row["metadata"])
                    told = None
                    if (answer := found.get((item, ANSWER))) is not None:
                        value, confidence, method = answer[0]
                        told = (item, orjson.dumps(value).decode(), confidence, method)
                    about = (told, found.get((item, LABEL)), found.get((item, FLAG)))
                    yield item_row(row["key"], content, metadata, row["split"], *about, ever)


def previews(version: Version, keys: Collection[str]) -> dict[str, str]:
    """What tells these items from others, by key; those that the version does not hold are left out."""
    found: dict[str, str] = {}
    wanted = pa.array(sorted(keys), pa.string())
    for table in version.tables("items"):
        for row in table.filter(pc.is_in(table["key"].cast(pa.string()), value_set=wanted)).to_pylist():
            kind = version.schema.kind_of(row)
            found[row["key"]] = kind.preview(kind.from_columns(row))[:MOST_PREVIEW]
    return found


def version_columns(version: Version) -> Columns:
    """The columns of a flat export of a dataset version."""

    def rows() -> Iterator[Row]:
        for table in version.tables("items", ["fields", "metadata"]):
            for row in table.to_pylist():
                fields, metadata = row.get("fields"), row["metadata"]
                if fields is not None or metadata != "{}":
                    yield {"fields": orjson.loads(fields) if fields else None, "metadata": orjson.loads(metadata)}

    return Columns.of(rows())


def _answers(version: Version) -> Iterator[tuple[int, Any]]:
    load = version.schema.task.load
    for row in _batches(version.path("current.parquet")):
        yield row["item"], (load(row["value"]), row["confidence"], row.get("method") or "majority")


def _labels(version: Version, ever: bool) -> Iterator[tuple[int, Row]]:
    """The labels in force: what no later row supersedes, undone ones left out. ever: all there were."""
    schema, names = version.schema, told_apart(_labelers(version))
    superseded = [table["supersedes"].drop_null() for table in version.tables("labels", ["supersedes"])]
    gone = pa.concat_arrays([chunk for column in superseded for chunk in column.chunks] or [pa.array([], pa.int64())])
    for table in version.tables("labels"):
        in_force = pc.and_(pc.invert(pc.is_in(table["label"], value_set=gone)), pc.is_valid(table["value"]))
        table = table.append_column("in_force", in_force) if ever else table.filter(in_force)
        for batch in table.to_batches(max_chunksize=CHUNK):
            for row in batch.to_pylist():
                under = row.get("schema_version") or 1
                value = None if row["value"] is None else schema.read(row["value"], under)
                if value is None and not ever:
                    continue
                pick = orjson.loads(row["pick"]) if row.get("pick") else None
                name = names.get(row["labeler"], row["labeler_name"])
                about = (row.get("kind"), row["guideline_version"], under, row["source"], pick)
                label = given(name, value, *about, time_text(row["created_at"]))
                if ever:
                    label["in_force"] = row["in_force"] and value is not None
                yield row["item"], label


def _labelers(version: Version) -> Iterator[tuple[int, str]]:
    for table in version.tables("labels", ["labeler", "labeler_name"]):
        for row in table.group_by(["labeler", "labeler_name"]).aggregate([]).to_pylist():
            yield row["labeler"], row["labeler_name"]


def _batches(path: Path) -> Iterator[Row]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=CHUNK, use_threads=False):
            yield from batch.to_pylist()
