"""What imports changed on items that were there, and one prediction an import, so that it can be taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "item_changes",
        sa.Column("id", ID, primary_key=True, autoincrement=True),
        sa.Column("project_id", ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("item_id", ID, sa.ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
        sa.Column("import_id", ID, nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_item_changes_import_id", "item_changes", ["import_id"])
    op.create_index("ix_item_changes_project_id_item_id", "item_changes", ["project_id", "item_id"])
    _remake_predictions(["item_id", "import_id"], "SELECT {} FROM former")


def downgrade() -> None:
    newest = (
        "SELECT {} FROM former WHERE import_id = (SELECT max(import_id) FROM former f WHERE f.item_id = former.item_id)"
    )
    _remake_predictions(["item_id"], newest)
    op.drop_table("item_changes")


def _remake_predictions(key: list[str], rows: str) -> None:
    """With another primary key. rows: which of the former ones stay."""
    op.drop_index("ix_outside_predictions_project_id", "outside_predictions")
    op.execute("ALTER TABLE outside_predictions RENAME TO former")
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_outside_predictions RENAME TO pk_former")
    op.create_table(
        "outside_predictions",
        sa.Column("item_id", ID, sa.ForeignKey("items.id", ondelete="CASCADE"), nullable=False),
        sa.Column("project_id", ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("model", sa.String(200), nullable=True),
        sa.Column("import_id", ID, nullable="import_id" not in key),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*key, name="pk_outside_predictions"),
    )
    names = "item_id, project_id, value, score, model, {}, created_at"
    chosen = rows.format(names.format("coalesce(import_id, 0)"))
    op.execute(f"INSERT INTO outside_predictions ({names.format('import_id')}) {chosen}")
    op.drop_table("former")
    op.create_index("ix_outside_predictions_project_id", "outside_predictions", ["project_id"])
