"""Items that certain people get first, or alone; tokens with which a program labels."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ADDED = {
    "campaign_groups": ("assigned", "kept"),
    "labeler_terms": ("only_assigned",),
    "api_tokens": ("program",),
}


def upgrade() -> None:
    for table, names in ADDED.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Assignments are no campaigns: without these columns their items would be asked again."""
    campaigns = "SELECT id FROM campaigns WHERE kind = 'assignment'"
    for table, column in (("campaign_items", "campaign_id"), ("campaign_groups", "campaign_id"), ("campaigns", "id")):
        op.execute(f"DELETE FROM {table} WHERE {column} IN ({campaigns})")
    for table, names in ADDED.items():
        with op.batch_alter_table(table) as changed:
            for name in names:
                changed.drop_column(name)
