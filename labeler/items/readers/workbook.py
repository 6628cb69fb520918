"""Reads a workbook in a process of its own: `python workbook.py FILE [SHEET]` writes its rows as JSON lines.

The library that reads workbooks makes room for every cell up to the last one, so a file of a few bytes can ask for all
memory there is, which ends the process. Here it ends this one. Started by its path: it imports nothing of ours.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 600_000_000
"""Bytes of addresses: what the interpreter and the library take before they read is among them."""
SECONDS = 30


def main(path: str, sheet: str | None = None) -> None:
    _limit()
    from python_calamine import CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            if sheet is None:
                _write([_about(book, name) for name in book.sheet_names])
            else:
                for row in book.get_sheet_by_name(sheet).iter_rows():
                    _write([_cell(value) for value in row])
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        sys.exit(1)


def _about(book: Any, name: str) -> dict[str, Any]:
    """The first rows of a sheet."""
    rows: Iterator[list[Any]] = book.get_sheet_by_name(name).iter_rows()
    return {"name": name, "rows": [[_cell(value) for value in row] for row, _ in zip(rows, range(200), strict=False)]}


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
    sys.stdout.write(json.dumps(value) + "\n")


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    main(*sys.argv[1:])
