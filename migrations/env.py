"""Alembic's environment: the database comes from the settings, or from whoever calls (`kit/schema.py`)."""

import importlib
from pathlib import Path

from alembic import context

import labeler
from labeler.kit.columns import metadata
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.schema import is_ours

root = Path(labeler.__file__).parent
for path in (*root.rglob("tables.py"), root / "kit" / "outbox.py"):
    importlib.import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))

given = context.config.attributes.get("database")
database: Database = given or Database(Settings())
with database.engine.connect() as connection:
    if database.is_sqlite:
        # Batch migrations copy tables and drop the old one, which would delete whatever refers to its rows. SQLite
        # heeds this only outside a transaction, and SQLAlchemy begins one with its first statement.
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        # Who reads first and writes then fails if somebody wrote in between; this waits for its turn.
        connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, include_name=is_ours)
    with context.begin_transaction():
        context.run_migrations()
        if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(5)):
            raise RuntimeError(f"rows refer to others that are not there, nothing was changed: {broken}")
    connection.commit()
    if database.is_sqlite:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")
if given is None:
    database.close()
