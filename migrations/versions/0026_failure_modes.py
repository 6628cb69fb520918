"""Failure modes of models, how models do on them, and the items that are collected for one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "failure_looks",
        sa.Column("project_id", ID, autoincrement=False, nullable=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("failure_looks", "project_id", "projects"),
        _reference("failure_looks", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("project_id", name="pk_failure_looks"),
    )
    op.create_table(
        "failure_modes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=True),
        sa.Column("run", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("words", JSON, nullable=False),
        sa.Column("space", JSON, nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.Column("weights", JSON, nullable=False),
        sa.Column("bar", sa.Float(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("unlabeled", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("candidates", JSON, nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        _reference("failure_modes", "project_id", "projects"),
        _reference("failure_modes", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_failure_modes"),
        sa.UniqueConstraint("project_id", "name", name="uq_failure_modes_project_id_name"),
    )
    op.create_index("ix_failure_modes_project_id_run_rank", "failure_modes", ["project_id", "run", "rank"])
    op.create_index("ix_failure_modes_model_id", "failure_modes", ["model_id"])
    op.create_table(
        "failure_mode_scores",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("mode_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("why", sa.String(16), nullable=True),
        sa.Column("right", JSON, nullable=False),
        sa.Column("wrong", JSON, nullable=False),
        sa.Column("unseen", JSON, nullable=True),
        sa.Column("examples", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("failure_mode_scores", "mode_id", "failure_modes"),
        _reference("failure_mode_scores", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_failure_mode_scores"),
        sa.UniqueConstraint("mode_id", "model_id", name="uq_failure_mode_scores_mode_id_model_id"),
    )
    op.create_index("ix_failure_mode_scores_model_id", "failure_mode_scores", ["model_id"])
    op.create_table(
        "wanted_items",
        sa.Column("mode_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("held_back", sa.Boolean(), nullable=False),
        _reference("wanted_items", "mode_id", "failure_modes"),
        _reference("wanted_items", "item_id", "items"),
        _reference("wanted_items", "project_id", "projects"),
        sa.PrimaryKeyConstraint("mode_id", "rank", name="pk_wanted_items"),
    )
    op.create_index("ix_wanted_items_item_id", "wanted_items", ["item_id"])
    op.create_index("ix_wanted_items_project_id", "wanted_items", ["project_id"])


def downgrade() -> None:
    for gone in ("wanted_items", "failure_mode_scores", "failure_modes", "failure_looks"):
        op.drop_table(gone)
