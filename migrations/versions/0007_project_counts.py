"""What was counted in large projects, so that their progress need not be counted at each look."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "project_counts",
        sa.Column("project_id", ID, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tally", JSON, nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("items_until", ID, nullable=False),
        sa.Column("labels_until", ID, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("project_counts")
