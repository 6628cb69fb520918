"""Challenges of the live model, tests of the pipeline, and what a prediction costs."""

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


def downgrade() -> None:
    op.drop_column("model_versions", "cost")
    op.drop_table("pipeline_tests")
    op.drop_table("model_challenges")
