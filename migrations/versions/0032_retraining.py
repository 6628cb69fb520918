"""Challenges of the live model, tests of the pipeline, what a prediction costs, and where items were fetched."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def _table(name: str, models: tuple[str, ...], *columns: sa.Column) -> None:
    op.create_table(
        name,
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        *(sa.Column(model, ID, nullable=False) for model in models),
        *columns,
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _reference(name, "project_id", "projects"),
        *(_reference(name, model, "model_versions") for model in models),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_project_id_id", name, ["project_id", "id"])
    for model in models:
        op.create_index(f"ix_{name}_{model}", name, [model])


def upgrade() -> None:
    cause = sa.Column("cause", sa.String(16), nullable=False)
    _table("model_challenges", ("champion_id", "challenger_id"), cause)
    _table("pipeline_tests", ("model_id",))
    op.add_column("model_versions", sa.Column("cost", JSON, nullable=True))
    op.create_table(
        "item_sources",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("found_sha256", sa.String(64), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        _reference("item_sources", "project_id", "projects"),
        _reference("item_sources", "item_id", "items"),
        sa.PrimaryKeyConstraint("id", name="pk_item_sources"),
        sa.UniqueConstraint("item_id", name="uq_item_sources_item_id"),
    )
    op.create_index("ix_item_sources_project_id_id", "item_sources", ["project_id", "id"])


def downgrade() -> None:
    op.drop_table("item_sources")
    op.drop_column("model_versions", "cost")
    op.drop_table("pipeline_tests")
    op.drop_table("model_challenges")
