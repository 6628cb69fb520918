"""The database's schema: bringing it up to date, and telling whether it is.

Alembic is imported only to change something: telling whether the schema is current happens at every start.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import Connection

if TYPE_CHECKING:  # which asks here why a table is missing
    from labeler.kit.db import Database


def _folder() -> Path:
    return Path(str(files("labeler.migrations")))


def revisions() -> list[str]:
    """All revisions, oldest first: migrations are files named NUMBER_what.py, in a line."""
    return sorted(path.name.split("_")[0] for path in (_folder() / "versions").glob("[0-9]*_*.py"))


def alembic_config(database: "Database | None" = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()))
    if database is not None:
        config.attributes["database"] = database
    return config


def current_revision(tx: Connection) -> str | None:
    if not sa.inspect(tx).has_table("alembic_version"):
        return None
    revision: str | None = tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether the tables say what this is, for Alembic: the index of trigrams is each database's own (0008)."""
    return not (name or "").startswith(("item_search_fts", "ix_item_search_text"))


def schema_state(tx: Connection) -> str:
    """`current`, `empty` (a new database), `old`, or `newer` than this version of the service."""
    known = current_revision(tx)
    if known == revisions()[-1]:
        return "current"
    if known is None:
        return "empty" if not sa.inspect(tx).has_table("users") else "old"
    return "old" if known in revisions() else "newer"


OTHER_SCHEMA = {
    "old": "The database is of an older version than this service: nothing was changed. Stop the service, "
    "run `labeler migrate`, start it again.",
    "newer": "The database is of a newer version than this service: nothing was changed. Stop the service and start "
    "the newer version.",
}
MISSING = ("no such table", "no such column", "has no column named")
UNDEFINED = ("42P01", "42703")  # PostgreSQL: table, column


def lacks_something(error: Exception) -> bool:
    """Whether a database says that a table or column is not there."""
    original = getattr(error, "orig", None)
    return getattr(original, "sqlstate", None) in UNDEFINED or any(words in str(original) for words in MISSING)


def goes_back(database: "Database", target: str) -> bool:
    """Whether a revision (`base`, `-1`, a revision id) is an earlier one than the database's."""
    current = database.read(current_revision)
    return current is not None and (target in ("base", "-1") or (target in revisions() and target < current))


@contextmanager
def alone(database: "Database") -> Iterator[None]:
    """While this lasts no other process sets the database up: several may be started at once."""
    if database.is_sqlite:
        path = f"{sa.make_url(database.settings.url).database}.setup"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("SELECT pg_advisory_lock(hashtext('labeler setup'))"))
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT pg_advisory_unlock(hashtext('labeler setup'))"))


def migrate(database: "Database", target: str = "head") -> None:
    """Bring the schema to a revision, up or down (`base`, `-1`, a revision id)."""
    from alembic import command

    (command.downgrade if goes_back(database, target) else command.upgrade)(alembic_config(database), target)
