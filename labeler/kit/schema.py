"""The database's schema: bringing it up to date, and telling whether it is."""

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from labeler.kit.db import Database


def _folder() -> Path:
    return Path(str(files("labeler.migrations")))


def alembic_config(database: Database | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()))
    if database is not None:
        config.attributes["database"] = database
    return config


def head() -> str | None:
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def schema_state(tx: Connection) -> str:
    """`current`, `empty` (a new database), `old`, or `newer` than this version of the service."""
    known = MigrationContext.configure(tx).get_current_revision()
    if known == head():
        return "current"
    if known is None:
        return "empty" if not inspect(tx).has_table("users") else "old"
    scripts = {script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()}
    return "old" if known in scripts else "newer"


def migrate(database: Database, target: str = "head") -> None:
    """Bring the schema to a revision, up or down (`base`, `-1`, a revision id)."""
    config = alembic_config(database)
    current = database.read(lambda tx: MigrationContext.configure(tx).get_current_revision())
    down = (
        target == "base"
        or target.startswith("-")
        or (current is not None and target != "head" and _is_before(target, current))
    )
    (command.downgrade if down else command.upgrade)(config, target)


def _is_before(target: str, current: str) -> bool:
    scripts = ScriptDirectory.from_config(alembic_config())
    return target in {script.revision for script in scripts.iterate_revisions(current, "base")} - {current}
