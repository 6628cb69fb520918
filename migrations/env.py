"""Alembic's environment: the database comes from the settings, or from whoever calls (`kit/schema.py`)."""

import importlib

from alembic import context

from labeler.kit.columns import metadata
from labeler.kit.config import Settings
from labeler.kit.db import Database

TABLES = (
    "accounts",
    "projects",
    "guidelines",
    "items",
    "labels",
    "queue",
    "datasets",
    "registry",
    "training",
    "kit.jobs",
)
for room in TABLES:
    importlib.import_module(f"labeler.{room}.tables")

given = context.config.attributes.get("database")
database: Database = given or Database(Settings())
with database.engine.connect() as connection:
    if database.is_sqlite:
        # Batch migrations copy tables: foreign keys must not fire while they do.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    if database.is_sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    connection.commit()
if given is None:
    database.close()
