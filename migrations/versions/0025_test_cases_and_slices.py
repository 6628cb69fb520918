"""Test cases and slices, and what models came to on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "test_cases",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("must_pass", sa.Boolean(), nullable=False),
        sa.Column("min_share", sa.Float(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        _reference("test_cases", "project_id", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_test_cases"),
        sa.UniqueConstraint("project_id", "name", name="uq_test_cases_project_id_name"),
    )
    op.create_table(
        "test_case_items",
        sa.Column("test_case_id", ID, autoincrement=False, nullable=False),
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("test_case_items", "test_case_id", "test_cases"),
        _reference("test_case_items", "item_id", "items"),
        sa.PrimaryKeyConstraint("test_case_id", "item_id", name="pk_test_case_items"),
    )
    op.create_index("ix_test_case_items_item_id", "test_case_items", ["item_id"])
    op.create_table(
        "model_test_runs",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("test_case_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("must_pass", sa.Boolean(), nullable=False),
        sa.Column("min_share", sa.Float(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("entries", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("model_test_runs", "project_id", "projects"),
        _reference("model_test_runs", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_model_test_runs"),
        sa.UniqueConstraint("model_id", "test_case_id", name="uq_model_test_runs_model_id_test_case_id"),
    )
    op.create_table(
        "slices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("query", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        _reference("slices", "project_id", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_slices"),
        sa.UniqueConstraint("project_id", "name", name="uq_slices_project_id_name"),
    )
    op.create_table(
        "model_slice_scores",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("slice_id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("query", JSON, nullable=False),
        sa.Column("why", sa.String(16), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("model_slice_scores", "project_id", "projects"),
        _reference("model_slice_scores", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_model_slice_scores"),
        sa.UniqueConstraint("model_id", "slice_id", name="uq_model_slice_scores_model_id_slice_id"),
    )


def downgrade() -> None:
    for gone in ("model_slice_scores", "slices", "model_test_runs", "test_case_items", "test_cases"):
        op.drop_table(gone)
