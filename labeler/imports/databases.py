"""Tables of other databases, as a source of items: those that the operator has named, and only to read.

People name a database and a table, never an address: so no import reaches a host that the operator did not choose, and
no password gets into a request, a job or a log (docs/decisions/0023-tables-by-name.md).
"""

import re
import sqlite3
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection, event
from sqlalchemy.exc import SQLAlchemyError

from labeler.items.readers import FileRefused
from labeler.kit import telemetry
from labeler.kit.config import Settings
from labeler.wire.imports import DatabaseOut, TableOut

AT_ONCE = 500
"""Rows that are fetched together, if they are small."""
PORTION = 8_000_000
"""Characters of them."""
MOST_BYTES = 32_000_000
"""Of a cell of SQLite's."""
CONNECT_SECONDS = 10
_INNER = re.compile("information_schema|pg_.*")


def databases(settings: Settings) -> list[DatabaseOut]:
    """Those that may be imported from, by name."""
    found = sorted(settings.import_databases)
    return [DatabaseOut(name=name, kind=_url(settings, name).get_backend_name()) for name in found]


def tables(settings: Settings, database: str, seconds: float) -> list[TableOut]:
    """Tables and views that can be imported, those of the default schema first. Raises FileRefused."""
    with opened(settings, database, seconds) as connection:
        return [TableOut(name=name, view=view) for name, (_, _, view) in _listed(connection).items()]


def rows(settings: Settings, database: str, table: str, seconds: float) -> Generator[dict[str, Any]]:
    """All rows of a table or view, as the driver gives them, a few in memory at a time.

    seconds: how long the database may work on one portion. Raises FileRefused for an unknown database or table, and for
    one that can't be read.
    """
    with opened(settings, database, seconds) as connection:
        found = _listed(connection)
        if table not in found:
            shown = ", ".join(list(found)[:20]) or "none"
            raise FileRefused(f'there is no table "{table}" in the database "{database}"; there are: {shown}')
        schema, name, _ = found[table]
        columns = _columns(connection, schema, name, settings.max_cell_chars + 1)
        everything = sa.select(*columns).select_from(sa.table(name, schema=schema))
        streamed = connection.execution_options(stream_results=True, max_row_buffer=1).execute(everything)
        names = list(streamed.keys())
        for row in _fetched(streamed):
            yield dict(zip(names, row, strict=True))


@contextmanager
def opened(settings: Settings, database: str, seconds: float) -> Iterator[Connection]:
    """A connection in a transaction that can only read. Raises FileRefused, without a word of the address."""
    if database not in settings.import_databases:
        named = ", ".join(sorted(settings.import_databases)) or "none"
        raise FileRefused(
            f'there is no database "{database}" to import from; there are: {named}.'
            " The operator names them in LABELER_IMPORT_DATABASES"
        )
    url = _url(settings, database)
    engine = _sqlite(url, seconds) if url.get_backend_name() == "sqlite" else _postgresql(url)
    try:
        connection = engine.connect()
    except (SQLAlchemyError, OSError, ImportError) as error:
        telemetry.logger().warning("database not reached", database=database, error=_without(url, error))
        raise FileRefused(
            f"the database \"{database}\" can't be reached, or refused the account; the service's log says why"
        ) from None
    try:
        with closing(connection):
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
            yield connection
    except SQLAlchemyError as error:
        raise FileRefused(f'the database "{database}" can\'t be read: {_without(url, error)}') from None
    finally:
        engine.dispose()


def _url(settings: Settings, database: str) -> sa.URL:
    url = sa.make_url(settings.import_databases[database].get_secret_value())
    return url if url.drivername.startswith("sqlite") else url.set(drivername="postgresql+psycopg")


def _postgresql(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})
    return engine.execution_options(postgresql_readonly=True)


def _sqlite(url: sa.URL, seconds: float) -> sa.Engine:
    """The file is opened to read; what its schema says about functions is not trusted."""
    address = f"file:{quote(str(Path(url.database or '').absolute()))}"
    opened_as = sa.URL.create("sqlite", database=address, query={"mode": "ro", "uri": "true"})
    engine = sa.create_engine(opened_as, poolclass=sa.NullPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in ("query_only = ON", "trusted_schema = OFF", "cell_size_check = ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")

    @event.listens_for(engine, "before_cursor_execute")
    def _limit(connection: Connection, *_: Any) -> None:
        ends = time.monotonic() + seconds
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: time.monotonic() > ends, 100_000)

    return engine


def _listed(connection: Connection) -> dict[str, tuple[str | None, str, bool]]:
    """Tables and views by the name that people use: schema, name in it, whether it is a view."""
    inspector = sa.inspect(connection)
    default = inspector.default_schema_name
    others: list[str] = []
    if connection.dialect.name == "postgresql":
        others = [one for one in inspector.get_schema_names() if one != default and not _INNER.fullmatch(one)]
    found: dict[str, tuple[str | None, str, bool]] = {}
    for schema in (None, *sorted(others)):
        views = inspector.get_view_names(schema)
        if connection.dialect.name == "postgresql":
            views = [*views, *inspector.get_materialized_view_names(schema)]
        for name in (*sorted(inspector.get_table_names(schema)), *sorted(views)):
            shown = name if schema is None else f"{schema}.{name}"
            found.setdefault(shown, (schema, name, name in views))
            if schema is None and default not in (None, "main"):
                found.setdefault(f"{default}.{name}", (schema, name, name in views))
    return found


def _columns(connection: Connection, schema: str | None, name: str, cut: int) -> list[Any]:
    """The columns of a table. Texts of PostgreSQL are cut where they are too long already: they may have a gigabyte."""
    if connection.dialect.name != "postgresql":
        return [sa.literal_column("*")]
    found = sa.inspect(connection).get_columns(name, schema)
    return [
        sa.func.left(sa.column(one["name"]), cut).label(one["name"])
        if type(one["type"]) in (sa.TEXT, sa.VARCHAR)
        else sa.column(one["name"])
        for one in found
    ]


def _fetched(result: sa.CursorResult[Any]) -> Iterator[Any]:
    """Rows, so many at a time as are no large part of memory by the size of those before."""
    at_once = 10
    while part := result.fetchmany(at_once):
        yield from part
        size = sum(len(cell) for row in part for cell in row if isinstance(cell, str | bytes))
        at_once = max(1, min(2 * at_once, AT_ONCE, PORTION * len(part) // (size + 1)))


def _without(url: sa.URL, error: BaseException) -> str:
    """What a database says, without what its address says."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    text = said[0][:300] if said else type(error).__name__
    for secret in (url.password, url.username, url.host, url.database, *map(str, url.query.values())):
        if secret:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "…", text)
    return text
