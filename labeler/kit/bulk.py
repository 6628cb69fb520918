"""Many rows in one statement: they go to the database as one JSON value, which it takes apart itself.

Row by row, SQLAlchemy and the driver take several times as long as the database.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import JSONB

from labeler.kit.columns import Json
from labeler.kit.db import upsert


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
    or SQL expression for all. skip_known: rows that break a unique constraint are left out. Call with thousands of
    rows at most.
    """
    if not rows:
        return []
    kinds = [table.c[name].type for name in columns]
    source, cells = (_sqlite if tx.dialect.name == "sqlite" else _postgresql)(table, columns)
    constants = [sa.literal(value, table.c[name].type) if _is_plain(value) else value for name, value in same.items()]
    chosen = sa.select(*cells, *constants).select_from(source).where(sa.true())
    insert = upsert(tx, table).from_select([*columns, *same], chosen)
    if skip_known:
        insert = insert.on_conflict_do_nothing()
    if returning:
        insert = insert.returning(*(table.c[name] for name in returning))
    found = tx.execute(insert, {"rows": _dump(tx.dialect.name, columns, kinds, rows)})
    return list(found.all()) if returning else []


def _is_plain(value: Any) -> bool:
    return not isinstance(value, sa.sql.ClauseElement)


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
