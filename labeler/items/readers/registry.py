"""What a reader takes and gives, and the readers by format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labeler.items.readers.tools import Meaning
from labeler.plugins import Registry
from labeler.wire.untrusted import HALF, Bounds, fault, text_fault

SAMPLE = 256 * 1024
BYTES = "holds bytes that are no text"


class FileRefused(Exception):
    """The file as a whole can't be imported; `reason` says what it looks like and what is accepted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RowRefused(Exception):
    """A row can't become an item; `field` is the column, None for the whole row."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What one file may ask for. Lengths in characters.

    max_line bounds the memory of reading, whatever the file: a longer line is a bad row. max_bytes bounds
    what a compressed file may unpack to.
    """

    max_rows: int = 5_000_000
    max_columns: int = 1_000
    max_cell: int = 1_000_000
    max_line: int = 4_000_000
    max_depth: int = 10
    max_bytes: int = 8_000_000_000


@dataclass(frozen=True)
class Hints:
    """What somebody said about a file, instead of having it guessed; None: guess."""

    format: str | None = None
    header: bool | None = None
    delimiter: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Detected:
    """What a file is. encoding and delimiter are None where the format has none.

    dialect: how the format is called here where there is a word for it ("tsv" of "csv"). header: whether the first row
    names the columns, None where the format knows no such row. columns: their names, where they are known before
    reading. skipped: how many records above the header are none. spaced: whether spaces behind delimiters
    are no part of cells. part: what inside the file has the rows: a sheet, a
    table, a list. hints: what was said about the files in an archive. meaning: what the rows mean, where a labeling
    tool wrote them.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    warnings: tuple[str, ...] = field(default=())
    dialect: str | None = None
    header: bool | None = None
    columns: tuple[str, ...] | None = None
    skipped: int = 0
    spaced: bool = False
    part: str | None = None
    hints: Hints = Hints()
    meaning: Meaning | None = None


@dataclass(frozen=True)
class Head:
    """The start of a file, for a reader to say whether the file is of its format.

    raw: the first bytes, at most SAMPLE of them. complete: they are all there are. text: raw as text; empty for
    readers of binary formats. encoding: of the whole file. warnings: about that encoding, for `Detected`.
    """

    path: Path
    raw: bytes
    complete: bool
    text: str = ""
    encoding: str | None = None
    warnings: tuple[str, ...] = ()
    hints: Hints = Hints()


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read: number as a person counts data rows, from 1; values by column.

    note: what somebody should know of how it was read, None for nearly all rows. bad: what is wrong with cells that
    can't be taken, by column: the row can, where none of them is asked for. Their values are None.
    """

    number: int
    values: dict[str, Any]
    note: str | None = None
    bad: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read; field is the column, None for the whole row."""

    number: int
    field: str | None
    reason: str


ReadRows = Callable[[Path, Detected, Limits], Iterator[Row | BadRow]]
Matches = Callable[[Head], Detected | None]


def count_lines(path: Path) -> int:
    """About how many rows a text file has, without parsing it: its lines."""
    with open(path, "rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


@dataclass(frozen=True)
class Reader:
    """A registered import format.

    title: for people. endings: of file names, for a file picker; what a file is, its content says. rows: yields them
    in constant memory. matches: what the file is, None when it is of another format; it may raise FileRefused for
    what is almost of this format, which counts when no other reader takes it. binary: asked before the file is read
    as text, of which there is then none. fallback: takes any text, so it is asked last. whole_file: a preview needs
    all of the file, not only its first bytes. same_columns: every row has the same names. count: about how many
    rows, 0: unknown. also: other names that it answers to, as dialects are called. packs: an archive, whose rows are
    those of the files in it. any_text: takes whatever is text, when it is asked for.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    rows: ReadRows
    matches: Matches
    binary: bool = False
    fallback: bool = False
    whole_file: bool = False
    same_columns: bool = True
    count: Callable[[Path], int] = count_lines
    also: tuple[str, ...] = ()
    packs: bool = False
    any_text: bool = False


_readers: Registry[Reader] = Registry("import format", "readers", "labeler.items.readers", FileRefused)


def reader(
    name: str,
    *,
    title: str,
    endings: tuple[str, ...],
    matches: Matches,
    binary: bool = False,
    fallback: bool = False,
    whole_file: bool = False,
    same_columns: bool = True,
    count: Callable[[Path], int] = count_lines,
    also: tuple[str, ...] = (),
    packs: bool = False,
    any_text: bool = False,
) -> Callable[[ReadRows], ReadRows]:
    """Register the function that yields the rows of a format; see `Reader` for what the rest means."""

    def register(rows: ReadRows) -> ReadRows:
        about = (binary, fallback, whole_file, same_columns, count, also, packs, any_text)
        one = Reader(name, title, endings, rows, matches, *about)
        _readers.add(name, one)
        return rows

    return register


def readers() -> list[Reader]:
    """Every import format, by name."""
    return list(_readers)


def reader_of(detected: Detected) -> Reader:
    """The reader of this format. Raises FileRefused."""
    if detected.format not in _readers:
        raise FileRefused(f'format "{detected.format}" is not accepted; accepted are {accepted()}')
    return _readers.find(detected.format)


def endings() -> dict[str, str]:
    """File endings and their formats: for a file picker. What a file is, its content tells."""
    return dict(sorted((ending, one.name) for one in _readers for ending in one.endings))


def accepted() -> str:
    """The formats that can be imported, as one says it."""
    *first, last = [one.title for one in _readers]
    return f"{', '.join(first)} and {last}" if first else last


def read_rows(path: Path, detected: Detected, limits: Limits | None = None) -> Iterator[Row | BadRow]:
    """Every data row of a file, as a Row or a BadRow, in constant memory.

    Blank lines are no rows. Raises FileRefused when the file can't be read on, or has more than
    limits.max_rows rows.
    """
    limit = limits or Limits()
    for row in reader_of(detected).rows(Path(path), detected, limit):
        if not isinstance(row, Row | BadRow):
            raise FileRefused(f'the reader of "{detected.format}" gave {type(row).__name__} where a row was expected')
        if row.number > limit.max_rows:
            raise FileRefused(f"more than {limit.max_rows} rows; split the file")
        yield row if detected.meaning is None else understood(row, detected.meaning)


def understood(row: Row | BadRow, meaning: Meaning) -> Row | BadRow:
    """The row as the tool that wrote it means it."""
    if isinstance(row, BadRow):
        return row
    for name, problem in (row.bad or {}).items():
        return BadRow(row.number, name, f'"{name}" {problem}')
    try:
        return Row(row.number, meaning.convert(row.values))
    except Exception as error:  # a tool from outside may raise anything at a row that is none of its own
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        return BadRow(row.number, None, f"is no row of {meaning.title}: {reason[:300]}")


def row_of(number: int, values: dict[str, Any], bad: dict[str, str] | None, note: str | None = None) -> Row:
    """A row whose bad cells, if there are any, are set aside."""
    return Row(number, values | dict.fromkeys(bad), note, bad) if bad else Row(number, values, note)


def cell_problem(value: Any, limits: Limits) -> str | None:
    """What is wrong with a cell, or None. Nested values are looked through."""
    if not isinstance(value, str):
        if not isinstance(value, dict | list):
            return None
        found = fault(value, Bounds(text=limits.max_cell, depth=limits.max_depth))
        reason = None if found is None else found.reason
    else:
        reason = text_fault(value, limits.max_cell)
    return "is not valid in the encoding of the file" if reason == HALF else reason
