"""An index of the trigrams in items' texts, so that words are found among a million of them.

SQLite 3.34 and later: FTS5, kept by triggers. PostgreSQL: pg_trgm, where this role may install it. Elsewhere searches
read through the texts.
"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
log = logging.getLogger(__name__)

SQLITE = (
    # case_sensitive: texts are in lower case already.
    "CREATE VIRTUAL TABLE item_search_fts USING fts5(text, content='item_search', content_rowid='item_id',"
    " tokenize='trigram case_sensitive 1', columnsize=0)",
    "CREATE TRIGGER item_search_added AFTER INSERT ON item_search WHEN new.text IS NOT NULL BEGIN"
    " INSERT INTO item_search_fts (rowid, text) VALUES (new.item_id, new.text); END",
    "CREATE TRIGGER item_search_removed AFTER DELETE ON item_search WHEN old.text IS NOT NULL BEGIN"
    " INSERT INTO item_search_fts (item_search_fts, rowid, text) VALUES ('delete', old.item_id, old.text); END",
    "CREATE TRIGGER item_search_changed AFTER UPDATE OF text ON item_search BEGIN"
    " INSERT INTO item_search_fts (item_search_fts, rowid, text)"
    " SELECT 'delete', old.item_id, old.text WHERE old.text IS NOT NULL;"
    " INSERT INTO item_search_fts (rowid, text) SELECT new.item_id, new.text WHERE new.text IS NOT NULL; END",
)
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX ix_item_search_text ON item_search USING gin (text gin_trgm_ops)",
)


def upgrade() -> None:
    op.create_table(
        "item_search",
        sa.Column("item_id", ID, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("project_id", ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
    )
    outdated = sa.text("text IS NULL")
    op.create_index(
        "ix_item_search_outdated",
        "item_search",
        ["project_id", "item_id"],
        sqlite_where=outdated,
        postgresql_where=outdated,
    )
    op.create_table(
        "search_progress",
        sa.Column("project_id", ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("items_until", ID, nullable=False),
    )
    connection = op.get_bind()
    try:
        with connection.begin_nested():
            for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
                connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        log.warning("no index of trigrams, searches read through the texts: %s", error.orig)


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS item_search_fts")
    op.drop_table("search_progress")
    op.drop_table("item_search")
