"""Items and labels remember the import that brought them; predictions come in as suggestions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLES = ("items", "labels")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("import_id", ID, nullable=True))
        op.create_index(f"ix_{table}_import_id", table, ["import_id"], postgresql_where=WHERE, sqlite_where=WHERE)
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
    for table in TABLES:
        op.drop_index(f"ix_{table}_import_id", table)
        op.drop_column(table, "import_id")


WHERE = sa.text("import_id IS NOT NULL")
