"""CSV and TSV: quoted cells may hold line ends; a row that does not fit is reported, and reading goes on."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from labeler.items.readers.layout import Layout, layout_of
from labeler.items.readers.lines import Lines, open_text
from labeler.items.readers.records import Noted, records
from labeler.items.readers.registry import (
    SAMPLE,
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

EXPORT_ENDS_WITH = (
    ("split", "label", "confidence", "method", "labels", "flags"),
    ("split", "label", "labels", "flags"),  # before answers had a confidence
    ("kind", "source", "guideline_version", "schema_version", "created_at", "pick"),  # one row a label
)
"""How the header of our own CSV export ends; an apostrophe before a formula sign is taken off there."""

_DELIMITERS = ",;\t|"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LOOKED_AT = 200
_SEP = re.compile(r"\s*\"?sep=(.)\"?\r?\n", re.IGNORECASE)


def looks_like_csv(head: Head) -> Detected | None:
    """Any text in which cells are delimited, or with one column that has a name; or whatever is said to be CSV."""
    said = _SEP.match(head.text)
    chosen = head.hints.delimiter or ("\t" if head.hints.format == "tsv" else None)
    delimiter = chosen or (said[1] if said else _delimiter(head))
    spaced = re.search(re.escape(delimiter) + ' +"', head.text) is not None and _fits_better_spaced(head, delimiter)
    sample = _sample(head, delimiter, spaced=spaced)
    above = 1 if said and sample and sample[0][0].lower().startswith("sep=") else 0
    layout = layout_of(sample[above:], head.hints.header)
    certain = head.hints.format is not None or head.hints.delimiter is not None or said is not None
    if not certain and not (layout.table or _one_column(layout, head.text)):
        return None
    if not certain and not layout.sure and delimiter == "," and _is_prose(head.text):
        return None
    warnings = (*head.warnings, *layout.notes, *_about_quotes(sample))
    dialect = "tsv" if delimiter == "\t" else None
    found = Detected("csv", head.encoding, delimiter, warnings, dialect, layout.header)
    return replace(found, columns=layout.columns, skipped=above + layout.skipped, spaced=spaced)


def _one_column(layout: Layout, text: str) -> bool:
    """Whether a single column is a table: it has a name, or quoted cells. Else each line is a text."""
    return len(layout.columns) < 2 and (layout.header or text.lstrip().startswith('"'))


def _is_prose(text: str) -> bool:
    """Whether a comma is what it is in a sentence: a space follows."""
    return '"' not in text and text.count(", ") > 0.8 * text.count(",")


def _about_quotes(sample: list[list[str]]) -> list[str]:
    notes = Counter(one.note for one in sample if isinstance(one, Noted))
    return [f"{count} of the first {len(sample)} records: {note}" for note, count in notes.items()]


@reader("csv", title="CSV, TSV", endings=(".csv", ".tsv"), matches=looks_like_csv, fallback=True, also=("tsv",))
def read_csv(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows by the names in the header, or by column_1, ... without one. All values are text.

    Records of empty cells are no rows. Raises FileRefused for a file without rows and names, or with too many columns.
    """
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_line))
    columns = _checked(detected.columns or (), limits)
    width = len(columns)
    neutralized = columns[0] == "key" and any(columns[-len(end) :] == end for end in EXPORT_ENDS_WITH)
    above = detected.skipped + (detected.header is not False)
    number = 0
    with open_text(path, detected.encoding or "utf-8") as file:
        lines = Lines(file, limits.max_line)
        for record in records(lines, detected.delimiter or ",", width, spaced=detected.spaced):
            if isinstance(record, str):
                number += 1
                yield BadRow(number, None, record)
                continue
            joined = "".join(record)
            if not joined or joined.isspace():
                continue
            if above:
                above -= 1
                continue
            number += 1
            while len(record) > width and not record[-1]:
                record.pop()
            if len(record) != width:
                yield BadRow(number, None, f"has {_cells(len(record))}, expected {width} {_as(detected)}")
                continue
            if width > 1 and record[0] == columns[0] and detected.header and tuple(record) == columns:
                yield BadRow(number, None, "repeats the names of the columns")
                continue
            if neutralized:
                record[:] = [_formula(cell) for cell in record]
            yield _row(number, columns, record, joined, limits)


def _row(number: int, columns: tuple[str, ...], cells: list[str], joined: str, limits: Limits) -> Row:
    # Most rows are short and plain: one look at all cells together instead of one at each.
    values = dict(zip(columns, cells, strict=True))
    bad = None
    if cell_problem(joined, limits) is not None:
        found = {name: cell_problem(cell, limits) for name, cell in values.items()}
        bad = {name: problem for name, problem in found.items() if problem is not None}
    return row_of(number, values, bad, cells.note if isinstance(cells, Noted) else None)


def _checked(columns: tuple[str, ...], limits: Limits) -> tuple[str, ...]:
    if not columns:
        raise FileRefused("the file is empty: expected rows, or a first row with the names of the columns")
    if len(columns) > limits.max_columns:
        raise FileRefused(f"{len(columns)} columns, at most {limits.max_columns} are taken")
    for name in columns:
        if (problem := cell_problem(name, limits)) is not None:
            raise FileRefused(f"the name of a column {problem}")
    return columns


def _formula(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _cells(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


def _as(detected: Detected) -> str:
    return "as in the header" if detected.header is not False else "as in most rows"


def _delimiter(head: Head) -> str:
    """The delimiter under which the first rows have the same number of columns, more than one."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        if delimiter not in head.text:
            continue
        widths = [len(one) for one in _sample(head, delimiter, 50)]
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        if width < 2:
            continue
        score = count / len(widths) + min(width, 20) / 100
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _fits_better_spaced(head: Head, delimiter: str) -> bool:
    """Whether fewer quotes are stray when the spaces before them are left out."""
    plain, spaced = _sample(head, delimiter), _sample(head, delimiter, spaced=True)
    quotes = sum('"' in cell for one in plain for cell in one)
    return sum('"' in cell for one in spaced for cell in one) < quotes / 2


def _sample(head: Head, delimiter: str, most: int = _LOOKED_AT, spaced: bool = False) -> list[list[str]]:
    """The first records, without one that the sample cuts off. Quoting that is none is taken as it stands."""
    csv.field_size_limit(max(csv.field_size_limit(), SAMPLE))
    lines = Lines(io.StringIO(head.text, newline=""), SAMPLE)
    found = list(islice(records(lines, delimiter, None, cut=not head.complete, spaced=spaced), most + 1))
    if len(found) <= most and not head.complete and len(found) > 1:
        found.pop()
    return [one for one in found[:most] if not isinstance(one, str) and any(map(str.strip, one))]
