"""SQLite: the rows of a table of a database file."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from labeler.items.readers.json_rows import INFINITE
from labeler.items.readers.registry import (
    BYTES,
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

_MAGIC = b"SQLite format 3\0"
_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid"
)
_MOST_TABLES = 1_000


def looks_like_sqlite(head: Head) -> Detected | None:
    """The first table with rows. Raises FileRefused for a database without one, or a broken one."""
    if not head.raw.startswith(_MAGIC):
        return None
    with _opened(head.path, Limits()) as db:
        tables = [name for (name,) in db.execute(_TABLES).fetchmany(_MOST_TABLES)]
        filled = [name for name in tables if db.execute(f"SELECT 1 FROM {_quoted(name)} LIMIT 1").fetchone()]
    if not filled:
        raise FileRefused("the database has no table with rows")
    first, *others = filled
    shown = ", ".join(f'"{name[:100]}"' for name in others[:10])
    notes = (f'the rows of the table "{first[:100]}"; not taken: {shown}',) if others else ()
    return Detected("sqlite", warnings=notes, part=first)


@reader(
    "sqlite",
    title="SQLite",
    endings=(".sqlite", ".sqlite3", ".db"),
    matches=looks_like_sqlite,
    binary=True,
    whole_file=True,
    count=lambda path: 0,
)
def read_sqlite(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows of a table, as they are stored; bytes that are text become text.

    The file is only read. Raises FileRefused for a broken one.
    """
    with _opened(path, limits) as db:
        found = db.execute(f"SELECT * FROM {_quoted(detected.part or '')}")
        names = [one[0] for one in found.description]
        if len(names) > limits.max_columns:
            raise FileRefused(f"{len(names)} columns, at most {limits.max_columns} are taken")
        for number, cells in enumerate(found, start=1):
            yield _row(number, dict(zip(names, cells, strict=True)), limits)


def _row(number: int, values: dict[str, Any], limits: Limits) -> Row:
    bad: dict[str, str] = {}
    for name, cell in values.items():
        problem = None
        if isinstance(cell, bytes):
            try:
                values[name] = cell = cell.decode()
            except UnicodeDecodeError:
                problem = BYTES
        if isinstance(cell, float) and math.isinf(cell):
            problem = INFINITE
        if (problem := problem or cell_problem(cell, limits)) is not None:
            bad[name] = problem
    return row_of(number, values, bad)


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[sqlite3.Connection]:
    """The database, for reading alone; what its schema says about functions and views is not trusted."""
    try:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)) as db:
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 8 * limits.max_line)
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA cell_size_check = ON")
            db.execute("PRAGMA query_only = ON")
            db.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            yield db
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FileRefused(f"the database can't be read: {str(error)[:300]}") from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
