"""Items and labels remember the import that brought them, items can be removed, predictions come in as suggestions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
BROUGHT = sa.text("import_id IS NOT NULL")
INDEXES = (
    ("ix_items_project_id_key", ["project_id", "key"], sa.text("removed_at IS NULL"), True),
    ("ix_items_removed_at", ["project_id", "removed_at"], sa.text("removed_at IS NOT NULL"), False),
    ("ix_items_import_id", ["import_id"], BROUGHT, False),
    ("ix_labels_import_id", ["import_id"], BROUGHT, False),
)


def upgrade() -> None:
    with op.batch_alter_table("items") as table:
        table.add_column(sa.Column("import_id", ID, nullable=True))
        table.add_column(sa.Column("removed_at", sa.BigInteger(), nullable=True))
        table.drop_constraint("uq_items_project_id_key", type_="unique")
    op.add_column("labels", sa.Column("import_id", ID, nullable=True))
    for name, columns, where, unique in INDEXES:
        table_name = name.removeprefix("ix_").split("_")[0]
        op.create_index(name, table_name, columns, unique=unique, postgresql_where=where, sqlite_where=where)
    op.create_table(
        "outside_predictions",
        sa.Column("item_id", ID, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        sa.Column("project_id", ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("model", sa.String(200), nullable=True),
        sa.Column("import_id", ID, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_outside_predictions_project_id", "outside_predictions", ["project_id"])


def downgrade() -> None:
    op.drop_table("outside_predictions")
    for name, *_ in INDEXES:
        op.drop_index(name, name.removeprefix("ix_").split("_")[0])
    # Removed items come back under another key, without a way to be labeled: their labels stay.
    op.execute("UPDATE items SET key = substr(key, 1, 170) || '~' || id WHERE removed_at IS NOT NULL")
    op.drop_column("labels", "import_id")
    with op.batch_alter_table("items") as table:
        table.drop_column("import_id")
        table.drop_column("removed_at")
        table.create_unique_constraint("uq_items_project_id_key", ["project_id", "key"])
