"""Likely label errors and what was sent back to be checked; items that are labeled at once, checked on a sample."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _to(column: str, table: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "label_error_finds",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("found", JSON, nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _to("project_id", "label_error_finds", "projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_label_error_finds"),
    )
    op.create_table(
        "label_errors",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("said", JSON, nullable=True),
        sa.Column("near", JSON, nullable=False),
        _to("project_id", "label_errors", "projects"),
        _to("item_id", "label_errors", "items"),
        sa.PrimaryKeyConstraint("project_id", "run", "rank", name="pk_label_errors"),
    )
    op.create_index("ix_label_errors_item_id", "label_errors", ["item_id"])
    op.create_table(
        "label_error_rechecks",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        _to("campaign_id", "label_error_rechecks", "campaigns"),
        _to("item_id", "label_error_rechecks", "items"),
        _to("project_id", "label_error_rechecks", "projects"),
        sa.PrimaryKeyConstraint("campaign_id", "item_id", name="pk_label_error_rechecks"),
    )
    op.create_index("ix_label_error_rechecks_project_id_item_id", "label_error_rechecks", ["project_id", "item_id"])
    op.create_index("ix_label_error_rechecks_item_id", "label_error_rechecks", ["item_id"])
    _bulks()


def _bulks() -> None:
    op.add_column("campaign_groups", sa.Column("is_check", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "bulks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("check", sa.Integer(), nullable=False),
        sa.Column("bar", sa.Float(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("checked", sa.Integer(), nullable=True),
        sa.Column("right", sa.Integer(), nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("decided_at", TIME, nullable=True),
        _to("project_id", "bulks", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_bulks"),
    )
    op.create_index("ix_bulks_project_id_id", "bulks", ["project_id", "id"])
    op.create_index("ix_bulks_campaign_id", "bulks", ["campaign_id"])
    op.create_table(
        "bulk_items",
        sa.Column("bulk_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("label_id", ID, nullable=False),
        _to("bulk_id", "bulk_items", "bulks"),
        _to("item_id", "bulk_items", "items"),
        _to("label_id", "bulk_items", "labels"),
        sa.PrimaryKeyConstraint("bulk_id", "item_id", name="pk_bulk_items"),
    )
    op.create_index("ix_bulk_items_item_id", "bulk_items", ["item_id"])
    op.create_index("ix_bulk_items_label_id", "bulk_items", ["label_id"])


def downgrade() -> None:
    for table in ("bulk_items", "bulks", "label_error_rechecks", "label_errors", "label_error_finds"):
        op.drop_table(table)
    with op.batch_alter_table("campaign_groups") as table:
        table.drop_column("is_check")
