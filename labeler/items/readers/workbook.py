"""Reads a workbook in a process of its own: `workbook.py FILE SHEET` writes its rows as JSON lines; without SHEET,
a line for each sheet with its name, first rows, merged cells and errors of formulas.

A cell that is merged with cells below it stands in each of their rows. One that is an error is {"error": "#N/A"}.

The library that reads workbooks makes room for every cell up to the last one, so a file of a few bytes can ask for all
memory there is, which ends the process. Here it ends this one. Started by its path: it imports nothing of ours.
"""

import json
import runpy
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

MEMORY = 600_000_000
"""Bytes of addresses: what the interpreter and the library take before they read is among them."""
SECONDS = 30
LINE = 16_000_000
"""Characters of a row as JSON."""
_LOOKED_AT, _CELLS, _SHOWN = 200, 50_000, 100


_errors = runpy.run_path(str(Path(__file__).with_name("workbook_errors.py")))
Errors = dict[tuple[int, int], str] | None
Merged = list[tuple[int, int, int]]


def main(path: str, sheet: str | None = None) -> None:
    _limit()
    from python_calamine import CalamineWorkbook

    try:
        with CalamineWorkbook.from_path(path) as book:
            if sheet is None:
                most = _LOOKED_AT
                for name in book.sheet_names:
                    found = _beginning(path, book.get_sheet_by_name(name), most)
                    most = 1 if found["rows"] else most
                    _write(found)
            else:
                for _, row in _rows(book.get_sheet_by_name(sheet), _errors["errors_of"](path, sheet)):
                    _write(row)
    except Exception as error:
        print(f"{type(error).__name__}: {error}"[:300], file=sys.stderr)
        sys.exit(1)


def _beginning(path: str, sheet: Any, most: int) -> dict[str, Any]:
    """rows: the first that are not blank, texts shortened. merged: of each, its cells that are merged with those below,
    as the number of the following rows that they reach. further: how many are merged so further down. errors: how many
    there are of each in the sheet, None where nobody can tell."""
    errors: Errors = _errors["errors_of"](path, sheet.name) if most > 1 else {}
    rows: list[list[Any]] = []
    places: list[int] = []
    cells = 0
    for place, row in _rows(sheet, errors):
        found = [value[:_SHOWN] if isinstance(value, str) else value for value in row]
        cells += len(row)
        if any(value is not None for value in found):
            rows.append(found)
            places.append(place)
        if len(rows) == most or cells > _CELLS:
            break
    down = _merged_down(sheet)
    beginning = [one for one in down if places and one[0] <= places[-1]]
    merged = [[sum(at < n <= last for n in places) for first, last, _ in beginning if first == at] for at in places]
    written = [v["error"] for row in rows for v in row if isinstance(v, dict)] if not errors else []
    counted = None if errors is None else Counter([*errors.values(), *written])
    about = {"merged": merged, "further": len(down) - sum(map(len, merged)), "errors": counted}
    return {"name": sheet.name, "rows": rows, **about}


def _rows(sheet: Any, errors: Errors) -> Iterator[tuple[int, list[Any]]]:
    """Each with its place in the sheet."""
    left = (sheet.start or (0, 0))[1]
    starting: dict[int, Merged] = {}
    for one in _merged_down(sheet):
        starting.setdefault(one[0], []).append(one)
    with_errors = {row for row, _ in errors or ()}
    above: list[tuple[int, int, Any]] = []
    for place, row in enumerate(sheet.iter_rows()):
        cells = [_cell(value) for value in row]
        if errors and place in with_errors:
            cells = [{"error": errors[place, at]} if (place, at) in errors else v for at, v in enumerate(cells, left)]
        above = [one for one in above if one[0] >= place]
        if above and any(value is not None for value in cells):
            for _, at, value in above:
                cells[at] = value
        above += [(last, at - left, cells[at - left]) for _, last, at in starting.get(place, ())]
        yield place, cells


def _merged_down(sheet: Any) -> Merged:
    """(first row, last row, column) of the cells that are merged with those below them."""
    left, right = (sheet.start or (0, 0))[1], (sheet.end or (0, -1))[1]
    found = sheet.merged_cell_ranges or ()
    return sorted((first, last, at) for (first, at), (last, _) in found if last > first and left <= at <= right)


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**63 else value
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, str) and value in _errors["WORDS"]:
        return {"error": value}
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
