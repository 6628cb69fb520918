"""What a JSON object says under a name that people chose, as both databases read it: the name is a value, never part
of a path, so that quotes, dots, brackets and umlauts in it mean themselves.

A text, a number and a boolean are read as they are written (`de`, `3`, `true`); a list, an object, null and nothing at
all are none.
"""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

# Of a row of SQLite's json_each.
_WRITTEN = "CASE {row}.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST({row}.atom AS TEXT) END"


def entry_of(found: Any) -> str | None:
    """The same of a value in Python."""
    if isinstance(found, str):
        return found
    return orjson.dumps(found).decode() if isinstance(found, bool | int | float) else None


class entry(sa.sql.functions.GenericFunction[str]):
    """`entry(column, name)`: what the object says under the name."""

    type = sa.Text()
    inherit_cache = True


class number_by_entry(sa.sql.functions.GenericFunction[int]):
    """`number_by_entry(numbers, column, name)`: the whole number that the object `numbers` has for what
    `entry(column, name)` says."""

    type = sa.Integer()
    inherit_cache = True


@compiles(entry, "sqlite")
def _entry_sqlite(element: entry, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"(SELECT {_WRITTEN.format(row='mine')} FROM json_each({column}) AS mine WHERE mine.key = {name})"


@compiles(number_by_entry, "sqlite")
def _number_sqlite(element: number_by_entry, compiler: Any, **kw: Any) -> str:
    """The object is read first, once: looked at for every number, it would be read as often."""
    numbers, column, name = (compiler.process(part, **kw) for part in element.clauses)
    rows = f"json_each({column}) AS mine CROSS JOIN json_each({numbers}) AS known"
    same = f"mine.key = {name} AND known.key = {_WRITTEN.format(row='mine')}"
    return f"(SELECT known.value FROM {rows} WHERE {same})"


def _entry(column: str, name: str) -> str:
    found = f"{column} -> CAST({name} AS TEXT)"
    nested = f"jsonb_typeof({found}) IN ('array', 'object')"
    return f"(CASE WHEN {nested} THEN NULL ELSE {column} ->> CAST({name} AS TEXT) END)"


@compiles(entry, "postgresql")
def _entry_postgresql(element: entry, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(part, **kw) for part in element.clauses)
    return _entry(column, name)


@compiles(number_by_entry, "postgresql")
def _number_postgresql(element: number_by_entry, compiler: Any, **kw: Any) -> str:
    numbers, column, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"(CAST({numbers} ->> {_entry(column, name)} AS INTEGER))"
