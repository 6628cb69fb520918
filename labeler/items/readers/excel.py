"""Excel and OpenDocument workbooks: the first sheet with rows."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from labeler.items.readers import workbook
from labeler.items.readers.layout import Layout, layout_of
from labeler.items.readers.registry import (
    BadRow,
    Detected,
    FileRefused,
    Head,
    Limits,
    Row,
    cell_problem,
    reader,
    row_of,
)
from labeler.items.readers.unpack import BROKEN

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOOKS = ("xl/workbook.xml", "xl/workbook.bin")
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def looks_like_workbook(head: Head) -> Detected | None:
    """A workbook with a sheet that has rows. Raises FileRefused for one that can't be read, or is empty."""
    if not _is_workbook(head):
        return None
    with _lines(head.path) as lines:
        sheets = [one for one in map(orjson.loads, lines) if one is not None]
    filled = [one for one in sheets if one["rows"]]
    if not filled:
        raise FileRefused("the workbook has no sheet with rows")
    first, *others = filled
    layout = _layout(first, head.hints.header)
    notes = [*layout.notes, *_about_cells(first, layout)]
    if len(sheets) > 1:
        notes.insert(0, f'the rows of the sheet "{first["name"]}"' + _not_taken([one["name"] for one in others]))
    return Detected(
        "excel",
        warnings=tuple(notes),
        header=layout.header,
        columns=layout.columns,
        skipped=layout.skipped,
        part=first["name"],
    )


def _layout(sheet: dict[str, Any], header: bool | None) -> Layout:
    rows = [["" if cell is None else str(_plain(cell)) for cell in row] for row in sheet["rows"]]
    layout = layout_of(rows, header)
    over = max(sheet["merged"][layout.skipped], default=0) if layout.header else 0
    if not over:
        return layout
    lower = layout_of(rows[layout.skipped + over :], True)
    note = f"the names of the columns stand in {over + 1} rows with merged cells; the last of these rows is taken"
    return replace(lower, skipped=layout.skipped + over, notes=(note, *lower.notes))


def _about_cells(sheet: dict[str, Any], layout: Layout) -> list[str]:
    """What somebody should know of merged cells, and of errors."""
    notes = []
    first = layout.skipped + bool(layout.header)
    if merged := sum(map(len, sheet["merged"][first:])) + sheet["further"]:
        notes.append(f"{_cells(merged)} merged with those below: what stands there is taken for each of these rows")
    if sheet["errors"] is None:
        notes.append("an error of a formula, such as #N/A, is read as an empty cell; saved as .xlsx, errors are told")
    elif count := sum(sheet["errors"].values()):
        shown = ", ".join(f"{number} {word}" for word, number in sorted(sheet["errors"].items()))
        notes.append(f"{_cells(count)} errors of formulas ({shown}): taken as empty, and told with their rows")
    return notes


def _cells(count: int) -> str:
    return "1 cell is" if count == 1 else f"{count:,} cells are"


def _plain(cell: Any) -> Any:
    return cell["error"] if isinstance(cell, dict) else cell


def _not_taken(names: list[str]) -> str:
    if not names:
        return ", the only one with rows"
    shown = ", ".join(f'"{name}"' for name in names[:10])
    return f"; not taken: {shown}. To import another sheet, save it as a file of its own"


@reader(
    "excel",
    title="Excel, OpenDocument spreadsheets",
    endings=(".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"),
    matches=looks_like_workbook,
    binary=True,
    whole_file=True,
    count=lambda path: 0,
)
def read_workbook(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of a sheet. Whole numbers stay whole, dates and times become ISO text, empty cells are missing.

    Raises FileRefused for a workbook that can't be read within the memory there is for it.
    """
    columns = detected.columns or ()
    if len(columns) > limits.max_columns:
        raise FileRefused(f"{len(columns)} columns, at most {limits.max_columns} are taken")
    above = detected.skipped + (detected.header is not False)
    number = 0
    with _lines(path, detected.part or "") as lines:
        for line in lines:
            cells = orjson.loads(line)
            if cells is None:
                number += 1
                yield BadRow(number, None, "the row is too long")
                continue
            if not _filled(cells):
                continue
            if above:
                above -= 1
                continue
            number += 1
            yield _row(number, columns, cells, limits)


def _row(number: int, columns: tuple[str, ...], cells: list[Any], limits: Limits) -> Row | BadRow:
    for place, cell in enumerate(cells[len(columns) :], start=len(columns) + 1):
        if cell is not None:
            return BadRow(number, None, f"has a value in column {place}, expected {len(columns)} as in the header")
    values = dict(zip(columns, cells, strict=False))
    note, bad = None, {}
    for name, cell in values.items():
        if isinstance(cell, dict):
            note = f'"{name}" is {cell["error"]}, an error of a formula: taken as empty'
            values[name] = None
        elif (problem := cell_problem(cell, limits)) is not None:
            bad[name] = problem
    return row_of(number, values, bad, note)


def _filled(row: list[Any]) -> bool:
    return any(cell is not None and cell != "" for cell in row)


def _is_workbook(head: Head) -> bool:
    if head.raw.startswith(_OLE):
        return "Workbook".encode("utf-16-le") in head.path.read_bytes() if head.complete else True
    if not head.raw.startswith(b"PK\x03\x04"):
        return False
    if _ODS in head.raw[:200]:
        return True
    try:
        with zipfile.ZipFile(head.path) as archive:
            return any(name in _BOOKS for name in archive.namelist())
    except BROKEN:
        return b"xl/" in head.raw


@contextmanager
def _lines(path: Path, sheet: str | None = None) -> Iterator[Iterator[bytes]]:
    """What workbook.py says of this file. Raises FileRefused when it says that it can't, or ends."""
    command = [sys.executable, "-I", workbook.__file__, str(path), *([] if sheet is None else [sheet])]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        try:
            cut_off = None
            try:
                yield iter(child.stdout)
            except orjson.JSONDecodeError as error:
                cut_off = error
            said = child.stderr.read(2_000).decode(errors="replace").strip()
            if child.wait() != 0 or cut_off:
                raise FileRefused(_why(child.returncode, said)) from cut_off
        finally:
            child.kill()


def _why(code: int, said: str) -> str:
    if "assword" in said or "encrypt" in said.lower():
        return "the workbook is encrypted; save it without a password"
    if code < 0 or "memory allocation" in said or "MemoryError" in said:
        return "the workbook takes too much memory or time; save its sheet as CSV"
    last = said.splitlines()[-1] if said else f"its reader ended with {code}"
    return f"the workbook can't be read: {last[:300]}"
