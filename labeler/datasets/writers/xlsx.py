"""Excel workbooks: texts are texts, never formulas or links."""

import math
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson

from labeler.datasets.writers.flat import cells_of, header
from labeler.datasets.writers.options import TableOptions
from labeler.datasets.writers.registry import CHUNK, Export, ExportRow, register_writer

MOST_ROWS = 1_048_576  # of a sheet, its header among them
MOST_CHARACTERS = 32_767  # of a cell
_EXACT = 10**15  # larger whole numbers lose digits in a spreadsheet
_SHOWN = 1_000
_MADE = datetime(2000, 1, 1)  # equal rows give equal bytes


@register_writer(
    "xlsx",
    title="Excel workbook",
    media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    suffix=".xlsx",
    options=TableOptions,
)
def write_xlsx(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """The columns of `flat.header`. What does not fit on a sheet goes on on the next one.

    A text that is longer than a cell may be is cut, and the sheet "Cut" says which. The file is made in a temporary
    one, as Excel's format wants it; memory stays constant.
    """
    with tempfile.TemporaryDirectory(prefix="labeler-export-") as folder, tempfile.TemporaryFile() as file:
        _fill(file, folder, rows, export)
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _fill(file: Any, folder: str, rows: Iterable[ExportRow], export: Export) -> None:
    from xlsxwriter import Workbook

    book = Workbook(file, {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False})
    book.set_properties({"created": _MADE})
    names, cells = header(export), cells_of(export)
    sheet, place = _sheet(book, names, 1), 1
    cut: list[tuple[str, str, int]] = []
    for row in rows:
        if place == MOST_ROWS:
            sheet, place = _sheet(book, names, len(book.worksheets()) + 1), 1
        for column, value in enumerate(cells(row)):
            if (long := _write(sheet, place, column, value)) and len(cut) < _SHOWN:
                cut.append((str(row["key"]), names[column], long))
        place += 1
    if cut:
        sheet = book.add_worksheet("Cut")
        for place, line in enumerate([("key", "column", "characters"), *cut]):
            for column, value in enumerate(line):
                _write(sheet, place, column, value)
    book.close()


def _sheet(book: Any, names: list[str], number: int) -> Any:
    sheet = book.add_worksheet("Items" if number == 1 else f"Items {number}")
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        _write(sheet, 0, column, name)
    return sheet


def _write(sheet: Any, row: int, column: int, value: Any) -> int:
    """Writes a cell; returns how long its text is if it had to be cut."""
    if value is None or value == "" or value == "[]":
        return 0
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
        return 0
    if isinstance(value, int | float) and (abs(value) < _EXACT if isinstance(value, int) else math.isfinite(value)):
        sheet.write_number(row, column, value)
        return 0
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    long = len(text.encode("utf-16-le")) // 2 if len(text) > MOST_CHARACTERS // 2 else 0
    if long <= MOST_CHARACTERS:
        sheet.write_string(row, column, text)
        return 0
    sheet.write_string(row, column, text[: MOST_CHARACTERS // 2] + "…")
    return len(text)
