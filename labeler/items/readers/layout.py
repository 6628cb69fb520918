"""Where a table begins in a sheet or a delimited text, whether its first row names the columns, and the names."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_WORDS = """
key id item_key item_id uuid guid uid idx index row number text texts body content contents message messages
question sentence sentences review reviews comment comments tweet tweets utterance utterances query prompt
document documents abstract description headline title subject response answer feedback post posts email name
label labels category categories class target intent sentiment topic tag tags y split fold partition subset
annotator annotator_id labeler rater coder worker worker_id prediction predicted score confidence date time
timestamp created_at url source language lang user author rating stars price age gender country city
"""
KNOWN = frozenset(_WORDS.split())
"""Words that name a column rather than stand in one."""

_TITLES = 10
_NUMBER = re.compile(r"[+-]?(\d[\d.,]*|\.\d+)([eE][+-]?\d+)?%?")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?([T ].*)?|\d\d?[./]\d\d?[./]\d{2,4}([T ].*)?")
_CODED = re.compile(r"[A-Za-z]+([_.-][A-Za-z0-9]+)+|[a-z]+([A-Z][a-z0-9]+)+|[A-Za-z]+\d+")

_AROUND = " \t\r\n\xa0\u200b\ufeff"
"""What nobody sees around a name."""

Records = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Layout:
    """skipped: records above the header. header: whether there is one. sure: whether the cells say so, not only the
    custom. columns: the names. table: whether the records look like rows of one table. notes: for people."""

    skipped: int
    header: bool
    sure: bool
    columns: tuple[str, ...]
    table: bool
    notes: tuple[str, ...]


def layout_of(records: Records, header: bool | None = None) -> Layout:
    """The layout of a table of which these are the first records. header: whether there is one, None to guess."""
    if not records:
        return Layout(0, True, False, (), False, ())
    usual, share = _usual_width(records)
    skipped = _titles(records, usual, header)
    first, rest = records[skipped], records[skipped + 1 :]
    evidence = _evidence(first, rest)
    sure = evidence > 0 if header is None else True
    header = (evidence > 0 or (evidence == 0 and usual > 1)) if header is None else header
    if header and _lacks_a_name(first, rest, usual):
        first = ["", *first]
        unnamed = ["the rows have one cell more than there are names: their first cell is column_1, the names follow"]
    else:
        unnamed = []
    width = _width(first, rest) if header else max(_filled_to(one) for one in records[skipped:])
    names = [name.strip(_AROUND) for name in first[:width]] if header else [""] * width
    columns, notes = _names(names)
    notes += unnamed
    if skipped:
        shown = "; ".join(f'"{" ".join(filter(None, one))[:60]}"' for one in records[:skipped])
        notes.insert(0, f"{_lines(skipped)} above the table left out: {shown}")
    if not header:
        named = f"columns are named {columns[0]}" + (f" to {columns[-1]}" if width > 1 else "")
        notes.append(f"no row names the columns: the first row is data, and the {named}")
    elif not sure:
        shown = ", ".join(f'"{name[:40]}"' for name in columns[:5])
        notes.append(f"the first row is taken for the names of the columns ({shown}); if it is data, say so")
    table = usual > 1 and (sure or share >= 0.8)
    return Layout(skipped, header, sure, tuple(columns), table, tuple(notes))


def _usual_width(records: Records) -> tuple[int, float]:
    """The most frequent number of cells, and the share of records that have it."""
    width, count = Counter(map(len, records)).most_common(1)[0]
    return width, count / len(records)


def _titles(records: Records, usual: int, header: bool | None) -> int:
    """How many of the first records are words above a table."""
    if usual < 2:
        return 0
    found = 0
    while found < min(_TITLES, len(records) - 1) and _is_title(records[found], usual):
        found += 1
    if found == 0 or len(records[found]) < usual:
        return 0
    padded = any(len(one) >= usual for one in records[:found])
    evidence = _evidence(records[found], records[found + 1 :])
    return 0 if padded and evidence <= 0 and header is not True else found


def _is_title(record: Sequence[str], usual: int) -> bool:
    if len(record) < usual and record[0].lstrip().startswith("#"):
        return True
    if len(record) == 1 and is_name(record[0]):
        return False
    return sum(map(bool, record)) <= 1 and (len(record) < usual or usual > 2)


def is_name(cell: str) -> bool:
    """Whether people call columns so."""
    return re.sub(r"[ ._-]+", "_", cell.strip().lower()) in KNOWN


def _evidence(first: Sequence[str], rest: Records) -> float:
    """Above 0: these cells name columns; below: they are data; 0: nobody can tell."""
    if any(map(is_name, first)) and list(first) not in map(list, rest[:1]):
        return 1
    if not rest:
        return -1 if any(_kind(cell) != "text" for cell in first if cell.strip()) else 0
    votes = sum(_vote(cell, [one[at] for one in rest if at < len(one) and one[at]]) for at, cell in enumerate(first))
    coded = sum(bool(_CODED.fullmatch(cell.strip())) for cell in first)
    return votes + (coded == len(first) and votes == 0)


def _vote(first: str, others: list[str]) -> float:
    if not others or not first.strip():
        return 0
    if first in others:
        return -1
    kind = _kind(first)
    alike = Counter(map(_kind, others))
    usual, count = alike.most_common(1)[0]
    if count < 0.9 * len(others):
        return 0
    if usual != "text":
        return 1 if kind == "text" else -1
    return -1 if kind == "text" and (len(first) > 60 or len(first.split()) > 5) else 0


def _kind(cell: str) -> str:
    cell = cell.strip()[:50]
    if _NUMBER.fullmatch(cell):
        return "number"
    return "date" if _DATE.fullmatch(cell) else "text"


def _width(first: Sequence[str], rest: Records) -> int:
    """Of the table under this header: without names that are empty at its end and have empty columns."""
    named = _filled_to(first)
    below = max((_filled_to(one) for one in rest if len(one) <= len(first)), default=0)
    return max(named, below) or len(first)


def _lacks_a_name(first: Sequence[str], rest: Records, usual: int) -> bool:
    """Whether the first column, of names or numbers of rows, has no name of its own, as R writes tables."""
    last = [one[-1].strip() for one in rest if len(one) == usual]
    return usual > 2 and len(first) == usual - 1 and all(first) and len(last) > 0.8 * len(rest) and all(last)


def _filled_to(record: Sequence[str]) -> int:
    width = len(record)
    while width and not record[width - 1].strip():
        width -= 1
    return width


def _names(names: list[str]) -> tuple[list[str], list[str]]:
    """Each name once: those that are empty or there twice get a number."""
    columns: list[str] = []
    notes = []
    taken = set(names)
    seen: set[str] = set()
    for place, name in enumerate(names, start=1):
        new, number = name or f"column_{place}", 2
        if name in seen or (not name and new in taken):
            base = new
            while (new := f"{base}_{number}") in taken:
                number += 1
        if name and new != name:
            notes.append(f'the column "{name}" is there twice; the later one is called "{new}"')
        seen.add(name or new)
        taken.add(new)
        columns.append(new)
    return columns, notes


def _lines(count: int) -> str:
    return "a line" if count == 1 else f"{count} lines"
