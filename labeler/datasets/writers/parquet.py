"""Parquet: typed columns, labels and flags as lists of structs."""

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import orjson

from labeler.datasets.writers.registry import CHUNK, Columns, ExportRow, register_writer

_BATCH = 5_000
_KINDS = {bool: "boolean", int: "integer", float: "number"}


@register_writer(
    "parquet", title="Parquet (typed columns)", media_type="application/vnd.apache.parquet", suffix=".parquet"
)
def write_parquet(rows: Iterable[ExportRow], columns: Columns) -> Iterator[bytes]:
    """key, then text or fields.<name>, metadata.<name>, split, label, its confidence and method, labels
    and flags; zstd.

    A column of fields or metadata is boolean, integer or float when all of its values are, else text (nested
    values as JSON). That is known after the last row only, so rows go through a temporary file; memory stays
    constant. Equal rows give equal bytes.
    """
    with tempfile.TemporaryFile() as spool, tempfile.TemporaryFile() as file:
        kinds = _spool(rows, columns, spool)
        _write(spool, file, columns, kinds)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _spool(rows: Iterable[ExportRow], columns: Columns, spool: BinaryIO) -> dict[str, str]:
    """Write flat rows as JSON Lines; returns the kind of each column that has one to find out."""
    kinds: dict[str, str] = {}
    for row in rows:
        flat: dict[str, Any] = {"key": row["key"], "split": row.get("split"), "label": _text(row.get("label"))}
        flat |= {"confidence": row.get("confidence"), "method": row.get("method")}
        if not columns.fields:
            flat["text"] = row.get("text")
        for role, names in (("fields", columns.fields), ("metadata", columns.metadata)):
            values = row.get(role) or {}
            for name in names:
                value = flat[f"{role}.{name}"] = values.get(name)
                if value is not None:
                    kinds[f"{role}.{name}"] = _wider(kinds.get(f"{role}.{name}"), value)
        flat["labels"] = [_label(label) for label in row.get("labels") or []]
        flat["flags"] = [
            {"reason": _text(flag.get("reason")), "note": _text(flag.get("note"))} for flag in row.get("flags") or []
        ]
        spool.write(orjson.dumps(flat, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z))
    spool.seek(0)
    return kinds


def _wider(kind: str | None, value: Any) -> str:
    new = _KINDS.get(type(value), "text")
    if new == "integer" and not -(2**63) <= value < 2**63:
        new = "number"
    if kind is None or kind == new:
        return new
    return "number" if {kind, new} == {"integer", "number"} else "text"


def _label(label: Any) -> dict[str, Any]:
    return {
        "labeler": _text(label.get("labeler")),
        "value": _text(label.get("value")),
        "kind": label.get("kind"),
        "guideline_version": label.get("guideline_version"),
        "created_at": label.get("created_at"),
    }


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


def _write(spool: BinaryIO, file: BinaryIO, columns: Columns, kinds: dict[str, str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64(), "text": pa.string()}
    label = [("labeler", pa.string()), ("value", pa.string()), ("kind", pa.string())]
    label += [("guideline_version", pa.int64()), ("created_at", pa.string())]
    content = [f"fields.{name}" for name in columns.fields] or ["text"]
    typed = [*content, *(f"metadata.{name}" for name in columns.metadata)]
    schema = pa.schema(
        [
            ("key", pa.string()),
            *((name, types[kinds.get(name, "text")]) for name in typed),
            ("split", pa.string()),
            ("label", pa.string()),
            ("confidence", pa.float64()),
            ("method", pa.string()),
            ("labels", pa.list_(pa.struct(label))),
            ("flags", pa.list_(pa.struct([("reason", pa.string()), ("note", pa.string())]))),
        ]
    )
    texts = [name for name in typed if name != "text" and kinds.get(name, "text") == "text"]
    numbers = [name for name in typed if kinds.get(name) == "number"]
    with pq.ParquetWriter(file, schema, compression="zstd") as out:
        batch: list[dict[str, Any]] = []
        for line in spool:
            row = orjson.loads(line)
            row.update({name: _text(row[name]) for name in texts})
            row.update({name: float(row[name]) for name in numbers if row[name] is not None})
            batch.append(row)
            if len(batch) == _BATCH:
                out.write_table(pa.Table.from_pylist(batch, schema=schema))
                batch = []
        if batch:
            out.write_table(pa.Table.from_pylist(batch, schema=schema))
