"""Many rows in one statement: they go to the database as one JSON value, which it takes apart itself.

Row by row, SQLAlchemy and the driver take several times as long as the database. Why:
docs/decisions/0021-imports-in-one-statement.md
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from labeler.kit.columns import Json, clock
from labeler.kit.db import insert_for


def insert_many(
    tx: Connection,
    table: sa.Table,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    same: Mapping[str, Any],
    *,
    skip_known: bool = False,
    returning: Sequence[str] = (),
) -> list[Any]:
    """Insert rows that have these columns; returns what was asked for, in no order.

    columns may hold text, numbers, booleans and (in JSON columns) any JSON. same: further columns, which have one value
    for all, or `clock()`. skip_known: rows that break a unique constraint are left out. Call with thousands of
    rows at most.
    """
    if not rows:
        return []
    plain = {name: value for name, value in same.items() if not isinstance(value, sa.sql.ClauseElement)}
    clocks = tuple(name for name in same if name not in plain)
    insert = _insert(tx.dialect.name, table, tuple(columns), tuple(plain), clocks, skip_known, tuple(returning))
    written = _dump(tx.dialect.name, columns, [table.c[name].type for name in columns], rows)
    found = tx.execute(insert, {"rows": written, **{f"same_{name}": value for name, value in plain.items()}})
    return list(found.all()) if returning else []


@cache
def _insert(
    dialect: str,
    table: sa.Table,
    columns: tuple[str, ...],
    same: tuple[str, ...],
    clocks: tuple[str, ...],
    skip_known: bool,
    returning: tuple[str, ...],
) -> Any:
    """The statement, made once: putting it together takes as long as a hundred rows."""
    source, cells = (_sqlite if dialect == "sqlite" else _postgresql)(table, columns)
    constants = [sa.bindparam(f"same_{name}", type_=table.c[name].type) for name in same]
    chosen = sa.select(*cells, *constants, *(clock() for _ in clocks)).select_from(source).where(sa.true())
    insert = insert_for(dialect, table).from_select([*columns, *same, *clocks], chosen)
    if skip_known:
        insert = insert.on_conflict_do_nothing()
    return insert.returning(*(table.c[name] for name in returning)) if returning else insert


def _sqlite(table: sa.Table, columns: Sequence[str]) -> tuple[Any, list[Any]]:
    source = sa.func.json_each(sa.bindparam("rows", type_=sa.Text)).table_valued("value")
    return source, [sa.func.json_extract(source.c.value, f"$[{place}]") for place in range(len(columns))]


def _postgresql(table: sa.Table, columns: Sequence[str]) -> tuple[Any, list[Any]]:
    given = sa.cast(sa.bindparam("rows", type_=sa.Text), JSONB)
    named = [sa.column(name, table.c[name].type) for name in columns]
    source = sa.func.jsonb_to_recordset(given).table_valued(*named).render_derived(name="given", with_types=True)
    return source, [source.c[name] for name in columns]


def _dump(dialect: str, columns: Sequence[str], kinds: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    if dialect != "sqlite":
        return orjson.dumps([dict(zip(columns, row, strict=True)) for row in rows], option=OPTIONS).decode()
    # SQLite keeps JSON as text: as it is, not as it writes it.
    nested = [place for place, kind in enumerate(kinds) if isinstance(kind, type(Json))]
    if nested:
        written = []
        for row in rows:
            cells = list(row)
            for place in nested:
                if cells[place] is not None:
                    cells[place] = orjson.dumps(cells[place], option=OPTIONS).decode()
            written.append(cells)
        rows = written
    return orjson.dumps(rows).decode()


OPTIONS = orjson.OPT_NON_STR_KEYS
