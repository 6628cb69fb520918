"""What a JSON object says under a name that people chose, as both databases read it: the name is a value, never part
of a path, so that quotes, dots, brackets and umlauts in it mean themselves.

A text, a number and a boolean are read as they are written (`de`, `3`, `true`); a list, an object, null and nothing at
all are none.
"""

from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


def entry_of(found: Any) -> str | None:
    """The same of a value in Python."""
    if isinstance(found, str):
        return found
    return orjson.dumps(found).decode() if isinstance(found, bool | int | float) else None


class entry(sa.sql.functions.GenericFunction[str]):
    """`entry(column, name)`: what the object says under the name."""

    type = sa.Text()
    inherit_cache = True


@compiles(entry, "sqlite")
def _entry_sqlite(element: entry, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(part, **kw) for part in element.clauses)
    written = "CASE one.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(one.atom AS TEXT) END"
    return f"(SELECT {written} FROM json_each({column}) AS one WHERE one.key = {name})"


@compiles(entry, "postgresql")
def _entry_postgresql(element: entry, compiler: Any, **kw: Any) -> str:
    column, name = (compiler.process(part, **kw) for part in element.clauses)
    found = f"{column} -> CAST({name} AS TEXT)"
    nested = f"jsonb_typeof({found}) IN ('array', 'object')"
    return f"(CASE WHEN {nested} THEN NULL ELSE {column} ->> CAST({name} AS TEXT) END)"
