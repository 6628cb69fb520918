"""Reads a workbook in a process of its own: `workbook.py FILE SHEET` writes its rows as JSON lines; without SHEET,
a line for each sheet with its name and first rows.

The library that reads workbooks makes room for every cell up to the last one, so a file of a few bytes can ask for all
memory there is, which ends the process. Here it ends this one. Started by its path: it imports nothing of ours.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 600_000_000
"""Bytes of addresses: what the interpreter and the library take before they read is among them."""
SECONDS = 30
LINE = 16_000_000
"""Characters of a row as JSON."""
_LOOKED_AT, _CELLS, _SHOWN = 200, 50_000, 100


def main(path: str, sheet: str | None = None) -> None:
    _limit()
    from python_calamine import CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            if sheet is None:
                most = _LOOKED_AT
                for name in book.sheet_names:
                    rows = _first_rows(book.get_sheet_by_name(name), most)
                    most = 1 if rows else most
                    _write({"name": name, "rows": rows})
            else:
                for row in book.get_sheet_by_name(sheet).iter_rows():
                    _write([_cell(value) for value in row])
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        sys.exit(1)


def _first_rows(sheet: Any, most: int) -> list[list[Any]]:
    """Those that are not blank, texts shortened."""
    rows: list[list[Any]] = []
    cells = 0
    for row in sheet.iter_rows():
        found = [value[:_SHOWN] if isinstance(value, str) else value for value in map(_cell, row)]
        cells += len(row)
        if any(value is not None for value in found):
            rows.append(found)
        if len(rows) == most or cells > _CELLS:
            break
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return None if value == "" else value


def _write(value: Any) -> None:
    """A line; "null" for a row that is too long."""
    line = json.dumps(value, ensure_ascii=False)
    sys.stdout.buffer.write((line if len(line) < LINE else "null").encode("utf-8", "replace") + b"\n")


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    main(*sys.argv[1:])
