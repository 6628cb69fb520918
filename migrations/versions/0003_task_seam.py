"""Task types: names as the field has them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("model_searches") as table:
        table.alter_column("sight", new_column_name="representation")


def downgrade() -> None:
    with op.batch_alter_table("model_searches") as table:
        table.alter_column("representation", new_column_name="sight")
