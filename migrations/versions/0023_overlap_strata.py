"""How large a share of the items several people label, by a field of the metadata."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    table = "overlap_strata"
    op.create_table(
        table,
        sa.Column("project_id", ID, nullable=False),
        sa.Column("field", sa.String(100), nullable=False),
        sa.Column("items_until", ID, nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_overlap_strata_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name="pk_overlap_strata"),
    )
    table = "overlap_shares"
    op.create_table(
        table,
        sa.Column("project_id", ID, nullable=False),
        sa.Column("value", sa.String(100), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_overlap_shares_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "value", name="pk_overlap_shares"),
    )


def downgrade() -> None:
    op.drop_table("overlap_shares")
    op.drop_table("overlap_strata")
