"""Campaigns: items that are labeled again, and who is asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _to(column: str, table: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("projects", sa.Column("asks_again", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "campaigns",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(16), server_default="campaign", nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("guideline_version", sa.Integer(), nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wanted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unasked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), nullable=True),
        sa.Column("left", sa.Integer(), nullable=True),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("started_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        _to("project_id", "campaigns", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_campaigns"),
    )
    op.create_index("ix_campaigns_project_id_id", "campaigns", ["project_id", "id"])
    op.create_table(
        "campaign_groups",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("people", JSON, nullable=True),
        sa.Column("not_people", JSON, nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("by_anybody", sa.Boolean(), nullable=False),
        _to("campaign_id", "campaign_groups", "campaigns"),
        _to("project_id", "campaign_groups", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_groups"),
    )
    op.create_index("ix_campaign_groups_campaign_id", "campaign_groups", ["campaign_id"])
    _partial("ix_campaign_groups_active", "campaign_groups", ["project_id"], "active")
    op.create_table(
        "campaign_items",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("was", JSON, nullable=True),
        sa.Column("was_by", ID, nullable=True),
        sa.Column("likely", sa.String(200), nullable=True),
        sa.Column("label_id", ID, nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        _to("group_id", "campaign_items", "campaign_groups"),
        _to("item_id", "campaign_items", "items"),
        sa.PrimaryKeyConstraint("group_id", "rank", name="pk_campaign_items"),
    )
    op.create_index("ix_campaign_items_item_id", "campaign_items", ["item_id"])
    _partial("ix_campaign_items_open", "campaign_items", ["group_id", "rank"], "open")


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(f"{condition} = 1"), postgresql_where=sa.text(condition))


def downgrade() -> None:
    for table in ("campaign_items", "campaign_groups", "campaigns"):
        op.drop_table(table)
    with op.batch_alter_table("projects") as table:
        table.drop_column("asks_again")
