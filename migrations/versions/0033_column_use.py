"""What columns are worth to models, and models that were trained again without one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    for table, more, unique in (
        ("column_looks", [], ["model_id"]),
        ("column_trials", [sa.Column("name", sa.String(200), nullable=False)], ["model_id", "name"]),
    ):
        op.create_table(
            table,
            sa.Column("id", ID, autoincrement=True, nullable=False),
            sa.Column("project_id", ID, nullable=False),
            sa.Column("model_id", ID, nullable=False),
            *more,
            sa.Column("facts", JSON, nullable=False),
            sa.Column("created_at", sa.BigInteger(), nullable=False),
            _reference(table, "project_id", "projects"),
            _reference(table, "model_id", "model_versions"),
            sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
            sa.UniqueConstraint(*unique, name=f"uq_{table}_{'_'.join(unique)}"),
        )
        op.create_index(f"ix_{table}_project_id", table, ["project_id"])


def downgrade() -> None:
    op.drop_table("column_trials")
    op.drop_table("column_looks")
