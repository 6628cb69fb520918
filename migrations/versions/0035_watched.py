"""Whether a model's numbers are finite, and how long models took by day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TABLE = "model_use_days"


def _reference(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{TABLE}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("model_versions", sa.Column("soundness", JSON, nullable=True))
    op.create_table(
        TABLE,
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("change_id", ID, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        _reference("project_id", "projects"),
        _reference("model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{TABLE}"),
        sa.UniqueConstraint("change_id", "day", "size", "bucket", name=f"uq_{TABLE}_change_id_day_size_bucket"),
    )
    op.create_index(f"ix_{TABLE}_model_id", TABLE, ["model_id"])
    op.create_index(f"ix_{TABLE}_project_id_day", TABLE, ["project_id", "day"])


def downgrade() -> None:
    op.drop_table(TABLE)
    op.drop_column("model_versions", "soundness")
