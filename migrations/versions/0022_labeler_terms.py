"""On what terms people label: what they are, cost and can, and how much they do at most."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    table = "labeler_terms"
    op.create_table(
        table,
        sa.Column("project_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("works_as", sa.String(16), nullable=True),
        sa.Column("cost_per_label", sa.Float(), nullable=True),
        sa.Column("cost_per_hour", sa.Float(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("in_all", sa.Integer(), nullable=True),
        sa.Column("utc_offset", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("skills", JSON, nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_labeler_terms_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["labeler_id"], ["users.id"], name="fk_labeler_terms_labeler_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "labeler_id", name="pk_labeler_terms"),
    )


def downgrade() -> None:
    op.drop_table("labeler_terms")
