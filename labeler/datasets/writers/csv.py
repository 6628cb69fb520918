"""CSV, safe to open in a spreadsheet.

Formulas are neutralized: text that starts with =, +, -, @, a tab or a line end (also behind apostrophes) gets
a leading apostrophe, since spreadsheets would run it. Plain numbers stay numbers. Our own import takes the
apostrophe off again; other readers see it.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from pydantic import Field

from labeler.datasets.writers.flat import ANSWER, LABEL, cells_of, header
from labeler.datasets.writers.options import TableOptions
from labeler.datasets.writers.registry import CHUNK, Export, ExportRow, register_writer

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")
_SUSPICIOUS = frozenset("'=+-@\t\r\n")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_HARMLESS = frozenset((*ANSWER, *LABEL)) - {"label", "labeler", "kind", "source"}
"""Columns of which we know what is in them: words of ours, numbers, times, lists as JSON."""


class CsvOptions(TableOptions):
    excel: bool = Field(
        False,
        title="For Excel",
        description="Begin with the mark by which Excel knows UTF-8: é and 漢字 stay readable.",
    )


@register_writer(
    "csv",
    title="CSV (safe to open in a spreadsheet)",
    media_type="text/csv; charset=utf-8",
    suffix=".csv",
    options=CsvOptions,
)
def write_csv(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """The columns of `flat.header`; labels and flags as JSON. UTF-8.

    Fields and metadata that `export.columns` lacks are left out. Nested values are JSON.
    """
    buffer = io.StringIO(newline="")
    # As RFC 4180 has it; with "\n" alone Python would leave a "\r" inside a cell unquoted.
    out = csv.writer(buffer, lineterminator="\r\n")
    if getattr(export.options, "excel", False):
        yield codecs.BOM_UTF8
    out.writerow([safe(name) for name in header(export)])
    cells = cells_of(export)
    doubtful = [place for place, name in enumerate(header(export)) if name not in _HARMLESS]
    for row in rows:
        line = cells(row)
        for place in doubtful:
            line[place] = safe(line[place])
        out.writerow(line)
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
