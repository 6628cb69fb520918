"""CSV, one item per row, safe to open in a spreadsheet.

Formulas are neutralized: text that starts with =, +, -, @, a tab or a line end (also behind apostrophes) gets
a leading apostrophe, since spreadsheets would run it. Plain numbers stay numbers. Our own import takes the
apostrophe off again; other readers see it.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from labeler.datasets.writers.registry import CHUNK, Columns, ExportRow, register_writer

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_SUSPICIOUS = frozenset("'=+-@\t\r\n")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_LAST = ("split", "label", "confidence", "method", "labels", "flags")


@register_writer(
    "csv", title="CSV (safe to open in a spreadsheet)", media_type="text/csv; charset=utf-8", suffix=".csv"
)
def write_csv(rows: Iterable[ExportRow], columns: Columns) -> Iterator[bytes]:
    """key, then text or fields.<name>, metadata.<name>, split, label, its confidence and
    method, labels and flags (both as JSON). UTF-8.

    columns: which fields and metadata become columns; others are left out. Nested values are JSON.
    """
    buffer = io.StringIO(newline="")
    # As RFC 4180 has it; with "\n" alone Python would leave a "\r" inside a cell unquoted.
    out = csv.writer(buffer, lineterminator="\r\n")
    content = [f"fields.{name}" for name in columns.fields] or ["text"]
    out.writerow([safe(name) for name in ("key", *content, *(f"metadata.{m}" for m in columns.metadata), *_LAST)])
    for row in rows:
        out.writerow(_cells(row, columns))
        if buffer.tell() >= CHUNK:
            yield buffer.getvalue().encode("utf-8")
            buffer.seek(0)
            buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode("utf-8")


def safe(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str):
        if cell and cell[0] in _SUSPICIOUS and cell.lstrip("'").startswith(_SIGNS) and not _NUMBER.fullmatch(cell):
            return "'" + cell
        return cell
    if isinstance(cell, dict | list):
        return safe(orjson.dumps(cell).decode())
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell


def _cells(row: ExportRow, columns: Columns) -> list[Any]:
    cells = [safe(row["key"])]
    if columns.fields:
        cells += _picked(row.get("fields"), columns.fields)
    else:
        cells.append(safe(row.get("text")))
    if columns.metadata:
        cells += _picked(row.get("metadata"), columns.metadata)
    cells += [safe(row.get(name)) for name in ("split", "label", "confidence", "method")]
    cells += [orjson.dumps(row.get("labels") or []).decode(), orjson.dumps(row.get("flags") or []).decode()]
    return cells


def _picked(values: Mapping[str, Any] | None, names: tuple[str, ...]) -> list[Any]:
    present = values or {}
    return [safe(present.get(name)) for name in names]
