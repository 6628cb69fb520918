"""A token remembers which token it was made with, so that it ends with it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "api_tokens", sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=True)
    )
    op.create_index("ix_api_tokens_parent_id", "api_tokens", ["parent_id"])
    # Counted by account or by address alone before; now by both, under other names.
    op.execute("DELETE FROM login_failures")


def downgrade() -> None:
    op.execute("DELETE FROM login_failures")
    op.drop_index("ix_api_tokens_parent_id", "api_tokens")
    with op.batch_alter_table("api_tokens") as tokens:
        tokens.drop_column("parent_id")
