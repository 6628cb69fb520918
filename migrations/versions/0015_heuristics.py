"""Heuristics: rules, the items of which each speaks, and items that rules are to be run over again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "heuristics",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("condition", JSON, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("off_reason", sa.String(16), nullable=True),
        sa.Column("off_detail", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("items_until", ID, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=True),
        sa.Column("hits", sa.Integer(), nullable=True),
        sa.Column("overlap", sa.Integer(), nullable=True),
        sa.Column("conflict", sa.Integer(), nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        _belongs("heuristics", "project_id", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_heuristics"),
    )
    there = sa.text("deleted_at IS NULL")
    op.create_index(
        "ix_heuristics_project_id_name",
        "heuristics",
        ["project_id", "name"],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
    )
    op.create_table(
        "heuristic_hits",
        sa.Column("heuristic_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        _belongs("heuristic_hits", "heuristic_id", "heuristics"),
        _belongs("heuristic_hits", "item_id", "items"),
        _belongs("heuristic_hits", "project_id", "projects"),
        sa.PrimaryKeyConstraint("heuristic_id", "item_id", name="pk_heuristic_hits"),
    )
    op.create_index("ix_heuristic_hits_item_id", "heuristic_hits", ["item_id"])
    op.create_table(
        "heuristic_outdated",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        _belongs("heuristic_outdated", "project_id", "projects"),
        _belongs("heuristic_outdated", "item_id", "items"),
        sa.PrimaryKeyConstraint("id", name="pk_heuristic_outdated"),
    )
    op.create_index("ix_heuristic_outdated_project_id_id", "heuristic_outdated", ["project_id", "id"])
    op.create_index("ix_heuristic_outdated_item_id", "heuristic_outdated", ["item_id"])
    op.create_table(
        "heuristic_counts",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        _belongs("heuristic_counts", "project_id", "projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_heuristic_counts"),
    )


def downgrade() -> None:
    for gone in ("heuristic_counts", "heuristic_outdated", "heuristic_hits", "heuristics"):
        op.drop_table(gone)
