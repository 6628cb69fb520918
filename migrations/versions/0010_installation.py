"""A database knows which installation it belongs to."""

import sqlalchemy as sa
from alembic import op

from labeler.kit.installation import new_id

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = op.create_table(
        "installation",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("probed_at", sa.BigInteger(), nullable=True),
    )
    op.bulk_insert(table, [{"id": new_id(), "created_at": 0}])


def downgrade() -> None:
    op.drop_table("installation")
