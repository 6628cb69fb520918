"""How a database is connected to: pools, JSON both ways, SQLite's pragmas."""

from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from labeler.kit.config import Settings
from labeler.kit.folding import searchable_json


def _dumps(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _loads(stored: Any) -> Any:
    """SQLite keeps JSON that is a number alone as a number: the name of the column's type says so."""
    return stored if isinstance(stored, int | float) else orjson.loads(stored)


def make_engine(settings: Settings, *, durable: bool = True) -> Engine:
    if not settings.is_sqlite:
        return sa.create_engine(
            settings.url,
            pool_size=10,
            max_overflow=20,
            pool_pre_ping=True,
            json_serializer=_dumps,
            json_deserializer=_loads,
        )
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
