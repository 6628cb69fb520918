"""Checks for drift of incoming items, and the samples of these that are labeled."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "drift_checks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("until_item", ID, nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("drift_checks", "project_id", "projects"),
        _reference("drift_checks", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_drift_checks"),
    )
    op.create_index("ix_drift_checks_project_id_id", "drift_checks", ["project_id", "id"])
    op.create_index("ix_drift_checks_model_id", "drift_checks", ["model_id"])
    op.create_table(
        "drift_watches",
        sa.Column("project_id", ID, autoincrement=False, nullable=False),
        sa.Column("bar", sa.Float(), nullable=True),
        sa.Column("ignored_until", TIME, nullable=True),
        sa.Column("ignored_by", ID, nullable=True),
        _reference("drift_watches", "project_id", "projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_drift_watches"),
    )
    op.create_table(
        "sampled_items",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        _reference("sampled_items", "item_id", "items"),
        _reference("sampled_items", "project_id", "projects"),
        sa.PrimaryKeyConstraint("item_id", name="pk_sampled_items"),
    )
    op.create_index("ix_sampled_items_project_id", "sampled_items", ["project_id"])


def downgrade() -> None:
    for gone in ("sampled_items", "drift_watches", "drift_checks"):
        op.drop_table(gone)
