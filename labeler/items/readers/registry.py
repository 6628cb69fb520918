"""What a reader takes and gives, and the readers by format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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
class Detected:
    """What a file is. encoding and delimiter are None where the format has none."""

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    warnings: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Row:
    """A row that could be read: number as a person counts data rows, from 1; values by column."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be read; field is the column, None for the whole row."""

    number: int
    field: str | None
    reason: str


ReadRows = Callable[[Path, Detected, Limits], Iterator[Row | BadRow]]

_readers: dict[str, ReadRows] = {}
_endings: dict[str, str] = {}


def reader(name: str, *, endings: tuple[str, ...]) -> Callable[[ReadRows], ReadRows]:
    """Register the reader of a format, and the file endings that are usual for it."""

    def register(function: ReadRows) -> ReadRows:
        _readers[name] = function
        _endings.update(dict.fromkeys(endings, name))
        return function

    return register


def endings() -> dict[str, str]:
    """File endings and their formats: for a file picker. What a file is, its content tells."""
    return dict(sorted(_endings.items()))


def accepted() -> str:
    """The formats that can be imported, as one says it."""
    return "CSV, TSV, JSON Lines (one object a line) and Parquet"


def read_rows(path: Path, detected: Detected, limits: Limits | None = None) -> Iterator[Row | BadRow]:
    """Every data row of a file, as a Row or a BadRow, in constant memory.

    Blank lines are no rows. Raises FileRefused when the file can't be read on, or has more than
    limits.max_rows rows.
    """
    limit = limits or Limits()
    if detected.format not in _readers:
        raise FileRefused(f'format "{detected.format}" is not accepted; accepted are {accepted()}')
    for row in _readers[detected.format](Path(path), detected, limit):
        if row.number > limit.max_rows:
            raise FileRefused(f"more than {limit.max_rows} rows; split the file")
        yield row


def cell_problem(value: Any, limits: Limits) -> str | None:
    """What is wrong with a cell, or None. Nested values are looked through."""
    if isinstance(value, str):
        if len(value) > limits.max_cell:
            return f"has {len(value)} characters, at most {limits.max_cell} are taken"
        if "\0" in value:
            return "holds a NUL character"
        if not value.isascii() and not _encodable(value):
            return "is not valid in the encoding of the file"
        return None
    if isinstance(value, dict | list):
        return _nested_problem(value, limits)
    return None


def _encodable(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _nested_problem(value: Any, limits: Limits) -> str | None:
    waiting: list[tuple[Any, int]] = [(value, 1)]
    while waiting:
        inner, depth = waiting.pop()
        if isinstance(inner, dict | list):
            if depth >= limits.max_depth:
                return f"is nested deeper than {limits.max_depth} levels"
            children = [*inner.keys(), *inner.values()] if isinstance(inner, dict) else inner
            waiting.extend((child, depth + 1) for child in children)
        elif (problem := cell_problem(inner, limits)) is not None:
            return problem
    return None
