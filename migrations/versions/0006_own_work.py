"""One's own answers are found by labeler, and an answered hard flag remembers that it was read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_labels_project_id_labeler_id_id", "labels", ["project_id", "labeler_id", "id"])
    op.add_column("flags", sa.Column("read_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("flags") as flags:
        flags.drop_column("read_at")
    op.drop_index("ix_labels_project_id_labeler_id_id", "labels")
