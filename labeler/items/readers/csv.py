"""CSV and TSV: quoted cells may hold line ends; a row that does not fit is reported, and reading goes on."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from labeler.items.readers.lines import Lines, LineTooLong, open_text
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, cell_problem, reader

EXPORT_ENDS_WITH = (
    ("split", "label", "confidence", "method", "labels", "flags"),
    ("split", "label", "labels", "flags"),  # before answers had a confidence
    ("kind", "source", "guideline_version", "schema_version", "created_at", "pick"),  # one row a label
)
"""How the header of our own CSV export ends; an apostrophe before a formula sign is taken off there."""

_DELIMITERS = ",;\t|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_PATIENCE = 20
"""After this many rows whose quote is never closed, a row may not go over the end of its line any more: to look
for the closing quote costs up to max_line each time, which a hostile file could ask for in every row."""


def looks_like_csv(head: Head) -> Detected:
    """Any text may be a table, if only of one column."""
    delimiter = _delimiter(head.text, head.complete)
    dialect = "tsv" if delimiter == "\t" else None
    return Detected("csv", head.encoding, delimiter, head.warnings, dialect)


@reader("csv", title="CSV, TSV", endings=(".csv", ".tsv"), matches=looks_like_csv, fallback=True)
def read_csv(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows by the names in the first row. All values are text.

    Raises FileRefused for a header that is missing, has the same name twice, or too many columns.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_line))
    with open_text(path, detected.encoding or "utf-8") as file:
        records = _records(Lines(file, limits.max_line), detected.delimiter or ",")
        header = _header(next(records, None), limits)
        neutralized = header[0] == "key" and any(tuple(header[-len(end) :]) == end for end in EXPORT_ENDS_WITH)
        for number, record in enumerate(records, start=1):
            if isinstance(record, str):
                yield BadRow(number, None, record)
            elif len(record) != len(header):
                yield BadRow(number, None, f"has {_cells(len(record))}, expected {len(header)} as in the header")
            else:
                if neutralized:
                    record = [_formula(cell) for cell in record]
                yield _row(number, header, record, limits)


def _row(number: int, header: list[str], cells: list[str], limits: Limits) -> Row | BadRow:
    joined = "".join(cells)
    # Most rows are short and plain: one look at all cells together instead of one at each.
    if len(joined) > limits.max_cell or "\0" in joined or not joined.isascii():
        for name, cell in zip(header, cells, strict=True):
            if (problem := cell_problem(cell, limits)) is not None:
                return BadRow(number, name, f'"{name}" {problem}')
    return Row(number, dict(zip(header, cells, strict=True)))


def _records(lines: Lines, delimiter: str) -> Iterator[list[str] | str]:
    """Each record as its cells, or what is wrong with it; blank lines are left out."""
    parser = csv.reader(lines, delimiter=delimiter)
    unclosed = 0
    while True:
        lines.begin()
        problem = None
        cells: list[str] = []
        try:
            cells = next(parser)
            # The parser asks for another line only inside quotes: at the end of the file they are still open.
            if lines.ended:
                problem = "a quote is opened and never closed"
        except StopIteration:
            return
        except LineTooLong:
            problem = "the line is too long" if lines.taken == 1 else "a quote is opened and never closed"
        except csv.Error as error:
            problem = f"can't be read as CSV: {error}"
        if problem is not None:
            unclosed += lines.taken > 1 or lines.ended
            lines.keep_first()
            lines.one_line_a_row = unclosed >= _PATIENCE
            parser = csv.reader(lines, delimiter=delimiter)
            yield problem
        elif cells:
            yield cells


def _header(record: list[str] | str | None, limits: Limits) -> list[str]:
    if record is None:
        raise FileRefused("the file is empty: expected a first row with the names of the columns")
    if isinstance(record, str):
        raise FileRefused(f"the first row, which should name the columns, can't be read: {record}")
    if len(record) > limits.max_columns:
        raise FileRefused(f"{len(record)} columns, at most {limits.max_columns} are taken")
    names = [name.strip() or f"column_{place}" for place, name in enumerate(record, start=1)]
    for name in names:
        if names.count(name) > 1:
            raise FileRefused(f'the column "{name}" is there twice; each column needs a name of its own')
        if (problem := cell_problem(name, limits)) is not None:
            raise FileRefused(f"the name of a column {problem}")
    return names


def _formula(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _cells(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _delimiter(text: str, complete: bool) -> str:
    """The delimiter under which the first rows have the same number of columns, more than one."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = _widths(text, delimiter, complete)
        if not widths or widths[0] < 2:
            continue
        alike = sum(width == widths[0] for width in widths) / len(widths)
        score = alike + min(widths[0], 20) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _widths(text: str, delimiter: str, complete: bool) -> list[int]:
    widths: list[int] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if record:
                widths.append(len(record))
            if len(widths) == 50:
                return widths
    except csv.Error:
        return widths
    return widths if complete or len(widths) < 2 else widths[:-1]
