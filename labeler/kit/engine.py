"""How a database is connected to: pools, JSON both ways, SQLite's pragmas, PostgreSQL's plans."""

import select
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DisconnectionError

from labeler.kit.config import Settings
from labeler.kit.folding import searchable_json


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _loads(stored: Any) -> Any:
    """SQLite keeps JSON that is a number alone as a number: the name of the column's type says so."""
    return stored if isinstance(stored, int | float) else orjson.loads(stored)


BY_INDEX = ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit")
"""What a statement that finds few rows by an index can only lose by."""


def _for_postgresql(settings: Settings, *, by_index: bool) -> Engine:
    engine = sa.create_engine(
        settings.url,
        pool_size=10,
        max_overflow=10,
        pool_use_lifo=True,  # the connection used last has its statements prepared
        json_serializer=_dumps,
        json_deserializer=_loads,
    )

    @event.listens_for(engine, "checkout")
    def _is_there(connection: Any, _record: Any, _proxy: Any) -> None:
        """A server that went away has closed its end, which shows without a question to it."""
        watch = select.poll()
        watch.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        if watch.poll(0):
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError(str(error)) from error

    if by_index:

        @event.listens_for(engine, "connect")
        def _plan_once(connection: Any, _record: Any) -> None:
            connection.prepare_threshold = 2
            with connection.cursor() as cursor:
                cursor.execute("SET plan_cache_mode = force_generic_plan")
                for name in BY_INDEX:
                    cursor.execute(f"SET {name} = off")
            connection.commit()

    return engine


def make_engine(settings: Settings, *, durable: bool = True, by_index: bool = False) -> Engine:
    """by_index: for short transactions that find their few rows by an index. PostgreSQL then plans each statement once
    a connection, and doesn't ask its statistics, which know nothing of a queue that was written a moment ago: with
    them it would sort a ranking of 2,000 places to find its first. docs/decisions/0031-plans-of-postgresql.md"""
    if not settings.is_sqlite:
        return _for_postgresql(settings, by_index=by_index)
    path = sa.make_url(settings.url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        settings.url,
        poolclass=sa.QueuePool,
        pool_size=10,
        max_overflow=30,
        json_serializer=_dumps,
        json_deserializer=_loads,
        connect_args={"check_same_thread": False, "timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        synchronous = f"synchronous={'FULL' if durable else 'NORMAL'}"
        for pragma in ("journal_mode=WAL", synchronous, "foreign_keys=ON", "cache_size=-32768"):
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("searchable", 3, searchable_json, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    return engine
