"""Column types and SQL expressions that mean the same on SQLite and PostgreSQL.

Times are whole microseconds since 1970 in a BIGINT: both databases compare and index them alike, no
session time zone can shift them, and a row costs no date parsing on the labelers' path.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles

from labeler.kit.folding import SPACES

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


class Timestamp(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as microseconds since 1970."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any, dialect: Any) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=int(value))


class clock(sa.sql.expression.ColumnElement[datetime]):
    """The database's own clock (G23: it is the one clock), as a `Timestamp`; `seconds` and `microseconds` are added."""

    inherit_cache = True
    type = Timestamp()
    _traverse_internals = [("offset", sa.sql.visitors.InternalTraversal.dp_clauseelement)]  # noqa: RUF012

    def __init__(self, seconds: float | Any = 0, microseconds: Any = None) -> None:
        self.offset: Any
        if microseconds is not None:
            self.offset = sa.cast(microseconds, sa.BigInteger)
        elif isinstance(seconds, int | float):
            self.offset = sa.literal(round(seconds * 1_000_000), sa.BigInteger)
        else:
            self.offset = sa.cast(seconds * 1_000_000, sa.BigInteger)


@compiles(clock, "sqlite")
def _clock_sqlite(element: clock, compiler: Any, **kw: Any) -> str:
    now = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
    return f"({now} + {compiler.process(element.offset, **kw)})"


@compiles(clock, "postgresql")
def _clock_postgresql(element: clock, compiler: Any, **kw: Any) -> str:
    now = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    return f"({now} + {compiler.process(element.offset, **kw)})"


Json = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
# SQLite gives out row ids by itself only for INTEGER primary keys, PostgreSQL should have 64 bits of them.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def id_column() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def reference(name: str, target: str, *, nullable: bool = False, ondelete: str = "CASCADE") -> sa.Column[int]:
    """A foreign key column: `reference("project_id", "projects.id")`."""
    return sa.Column(name, Id, sa.ForeignKey(target, ondelete=ondelete), nullable=nullable)


MOVES = {"moves": True}


def created_at(name: str = "created_at", *, moves: bool = False) -> sa.Column[datetime]:
    """moves: something is counted from it that must not depend on a clock that was set, see `deadline`."""
    return sa.Column(name, Timestamp, nullable=False, default=clock(), info=MOVES if moves else {})


def deadline(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    """When something ends, begins or may be done again: moved along when the database's clock jumps
    (`kit/timekeeper.py`)."""
    return sa.Column(name, Timestamp, nullable=nullable, info=MOVES)


def moves(column: sa.Column[Any]) -> bool:
    return bool(column.info.get("moves"))


class searchable(sa.sql.functions.GenericFunction[str]):
    """`searchable(key, content, metadata)`: the texts in them as they are searched, see `folding.searchable`."""

    type = sa.Text()
    inherit_cache = True


@compiles(searchable, "sqlite")
def _searchable_sqlite(element: searchable, compiler: Any, **kw: Any) -> str:
    return f"searchable({compiler.process(element.clauses, **kw)})"


@compiles(searchable, "postgresql")
def _searchable_postgresql(element: searchable, compiler: Any, **kw: Any) -> str:
    every = f"jsonb_path_query(jsonb_build_array({compiler.process(element.clauses, **kw)}), 'strict $.**')"
    lower = "lower(normalize(value #>> '{}', NFC) COLLATE \"und-x-icu\")"
    line = f"btrim(regexp_replace({lower}, '{SPACES}', ' ', 'g'))"
    return (
        f"(SELECT string_agg({line}, chr(10)) FROM {every} AS value"
        " WHERE jsonb_typeof(value) NOT IN ('object', 'array', 'null'))"
    )


class holds(sa.sql.functions.GenericFunction[bool]):
    """`holds(column, text)`: whether a JSON list of texts has this one in it."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(holds, "sqlite")
def _holds_sqlite(element: holds, compiler: Any, **kw: Any) -> str:
    column, text = (compiler.process(part, **kw) for part in element.clauses)
    return f"({text} IN (SELECT value FROM json_each({column})))"


@compiles(holds, "postgresql")
def _holds_postgresql(element: holds, compiler: Any, **kw: Any) -> str:
    column, text = (compiler.process(part, **kw) for part in element.clauses)
    return f"({column} ? {text})"


class among(sa.sql.functions.GenericFunction[bool]):
    """`among(column, "[1, 2]")`: whether a whole number is in a list written as JSON, however long: one parameter."""

    type = sa.Boolean()
    inherit_cache = True


class one_of(sa.sql.functions.GenericFunction[bool]):
    """`one_of(column, '["a", "b"]')`: as `among`, of texts."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(one_of, "sqlite")
@compiles(among, "sqlite")
def _among_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    column, numbers = (compiler.process(part, **kw) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({numbers})))"


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: one_of, compiler: Any, **kw: Any) -> str:
    column, texts = (compiler.process(part, **kw) for part in element.clauses)
    return f"({column} = ANY (ARRAY(SELECT jsonb_array_elements_text(CAST({texts} AS JSONB)))))"


@compiles(among, "postgresql")
def _among_postgresql(element: among, compiler: Any, **kw: Any) -> str:
    column, numbers = (compiler.process(part, **kw) for part in element.clauses)
    each = f"SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST({numbers} AS JSONB)) AS value"
    return f"({column} = ANY (ARRAY({each})))"
