"""Rows of an export as Arrow columns, a batch at a time: for Parquet files of every kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labeler.datasets.writers.flat import is_by_label, plain_columns, share_names
from labeler.datasets.writers.registry import Export, ExportRow

BATCH = 1_000
GROUP = 50_000  # rows
GROUP_BYTES = 32_000_000
TYPES = {"boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64(), "text": pa.string()}
_ABOUT = (
    *(("kind", pa.string()), ("source", pa.string()), ("guideline_version", pa.int64())),
    *(("schema_version", pa.int64()), ("created_at", pa.string())),
)
LABEL = (("labeler", pa.string()), ("value", pa.string()), *_ABOUT, ("pick", pa.string()))
_FLAG = (("reason", pa.string()), ("note", pa.string()))

Rows = Sequence[ExportRow]


@dataclass(frozen=True)
class Column:
    """One column: `make` gives its values for a batch of rows. feature: how Hugging Face's library describes it."""

    name: str
    type: pa.DataType
    make: Callable[[Rows], pa.Array]
    feature: Any = None


def columns_of(export: Export) -> list[Column]:
    """key, then text or fields.<name>, metadata.<name>, shares.<answer>, split, label, its confidence and method,
    labels and flags; with one row a label, what is known of that label instead."""
    columns = [_simple("key", pa.string()), *content_columns(export)]
    columns += [_inner("metadata", name, export) for name in export.columns.metadata]
    columns += [_inner("shares", name, export, pa.float64()) for name in share_names(export)]
    if is_by_label(export):
        columns += [_simple(name, pa.bool_()) for name in plain_columns(export)]
        columns += [_simple("split", pa.string()), _texts("label"), _simple("labeler", pa.string())]
        return columns + [_simple(name, type) for name, type in _ABOUT] + [_texts("pick")]
    columns += [_structs(name, (*LABEL, ("in_force", pa.bool_()))) for name in plain_columns(export)]
    columns += [_simple("split", pa.string()), _texts("label"), _simple("confidence", pa.float64())]
    return [*columns, _simple("method", pa.string()), _structs("labels", LABEL), _structs("flags", _FLAG)]


def content_columns(export: Export) -> list[Column]:
    """The columns of what is labeled."""
    fields = [_inner("fields", name, export) for name in export.columns.fields]
    return fields or [_simple("text", pa.string())]


def answer_columns(export: Export) -> list[Column]:
    """What scikit-learn calls y, with key, split and confidence."""
    columns = [_simple("key", pa.string()), _simple("split", pa.string()), _simple("confidence", pa.float64())]
    if export.schema.type == "rating":
        return [*columns, _simple("label", pa.float64())]
    names = export.schema.label_names
    if export.schema.type != "multi_choice":
        codes = {name: code for code, name in enumerate(names)}
        return [*columns, _texts("label"), _made("code", pa.int64(), lambda row: codes.get(row.get("label") or "", -1))]

    def chosen(name: str) -> Column:
        return _made(
            f"label.{name}", pa.int8(), lambda row: -1 if row.get("label") is None else int(name in row["label"])
        )

    return columns + [chosen(name) for name in names]


def feature_columns(export: Export) -> list[Column]:
    """The columns of a dataset of Hugging Face's library: answers are numbers of classes, or numbers."""
    columns = [_simple("key", pa.string()), *content_columns(export)]
    columns += [_inner("metadata", name, export) for name in export.columns.metadata]
    columns += [_inner("shares", name, export, pa.float64()) for name in share_names(export)]
    columns = [replace(column, feature=_value(column.type)) for column in columns]
    type, feature, code = _coded(export)
    about = (("labeler", pa.string()), *_ABOUT)
    inner = {"value": feature, **{name: _value(kind) for name, kind in about}}
    labels = _structs("labels", (("value", type), *about), {"value": code})
    confidence = _simple("confidence", pa.float64())
    return [
        *columns,
        Column("label", type, lambda rows: pa.array([code(row.get("label")) for row in rows], type), feature),
        replace(confidence, feature=_value(confidence.type)),
        replace(labels, feature=[inner]),
    ]


def _value(type: pa.DataType) -> dict[str, str]:
    return {"dtype": {"double": "float64"}.get(str(type), str(type)), "_type": "Value"}


def _coded(export: Export) -> tuple[pa.DataType, Any, Callable[[Any], Any]]:
    """An answer's Arrow type, its feature, and what stands for it."""
    if export.schema.type == "rating":
        return pa.float64(), _value(pa.float64()), lambda value: value
    names = export.schema.label_names
    codes = {name: code for code, name in enumerate(names)}
    classes = {"names": names, "_type": "ClassLabel"}
    if export.schema.type != "multi_choice":
        return pa.int64(), classes, codes.get
    several = {"feature": classes, "_type": "Sequence"}
    return pa.list_(pa.int64()), several, lambda value: None if value is None else [codes[name] for name in value]


def batches(rows: Iterable[ExportRow]) -> Iterator[Rows]:
    """The rows in lists of the length at which making Arrow of them costs little."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def batch_of(rows: Rows, columns: Sequence[Column]) -> pa.RecordBatch:
    return pa.record_batch([column.make(rows) for column in columns], schema=schema_of(columns))


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    return pa.schema([(column.name, column.type) for column in columns])


class File:
    """A Parquet file that takes a batch at a time, and writes row groups large enough to be read fast; zstd."""

    def __init__(self, sink: Any, schema: pa.Schema) -> None:
        self._out = pq.ParquetWriter(sink, schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= GROUP or self._bytes >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._out.write_table(pa.Table.from_batches(self._waiting))
            self._waiting, self._rows, self._bytes = [], 0, 0

    def __enter__(self) -> "File":
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            self._flush()
        self._out.close()


def write(rows: Iterable[ExportRow], columns: Sequence[Column], sink: Any) -> None:
    """One Parquet file. Equal rows give equal bytes."""
    with File(sink, schema_of(columns)) as out:
        for batch in batches(rows):
            out.write(batch_of(batch, columns))


def text_of(value: Any) -> str | None:
    if type(value) is str or value is None:
        return value
    return orjson.dumps(value).decode()


def _simple(name: str, type: pa.DataType) -> Column:
    return Column(name, type, lambda rows: pa.array([row.get(name) for row in rows], type))


def _made(name: str, type: pa.DataType, value: Callable[[ExportRow], Any]) -> Column:
    return Column(name, type, lambda rows: pa.array([value(row) for row in rows], type))


def _texts(name: str) -> Column:
    return Column(name, pa.string(), lambda rows: pa.array([text_of(row.get(name)) for row in rows], pa.string()))


def _inner(role: str, name: str, export: Export, type: pa.DataType | None = None) -> Column:
    """A value inside an object: as it is where all of them are of one kind, else as text."""
    kind = export.columns.kinds.get(f"{role}.{name}", "text")
    as_type = TYPES[kind] if type is None else type

    def make(rows: Rows) -> pa.Array:
        values = [(row.get(role) or {}).get(name) for row in rows]
        if as_type == pa.string():
            values = [text_of(value) for value in values]
        elif as_type == pa.float64():
            values = [None if value is None else float(value) for value in values]
        return pa.array(values, as_type)

    return Column(f"{role}.{name}", as_type, make)


def _structs(
    name: str, fields: Sequence[tuple[str, pa.DataType]], made: Mapping[str, Callable[[Any], Any]] | None = None
) -> Column:
    """A list of objects. made: what becomes of the values of some fields; other texts go through `text_of`."""
    type = pa.list_(pa.struct(list(fields)))
    change = {field: text_of for field, kind in fields if kind == pa.string()} | dict(made or {})

    def make(rows: Rows) -> pa.Array:
        offsets: list[int] = [0]
        inner: list[Any] = []
        for row in rows:
            inner += row.get(name) or ()
            offsets.append(len(inner))
        parts = []
        for field, kind in fields:
            values = [one.get(field) for one in inner]
            parts.append(pa.array([change[field](value) for value in values] if field in change else values, kind))
        structs = pa.StructArray.from_arrays(parts, fields=list(type.value_type))
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)

    return Column(name, type, make)
