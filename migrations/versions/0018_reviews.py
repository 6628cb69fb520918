"""Reviews of answers, comments on items, and who is asked in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", ID, nullable=True),
        sa.Column("campaign_id", ID, nullable=True),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        _reference("reviews", "project_id", "projects"),
        _reference("reviews", "item_id", "items"),
        _reference("reviews", "created_by", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_project_id_id", "reviews", ["project_id", "id"])
    op.create_index("ix_reviews_item_id", "reviews", ["item_id"])
    op.create_table(
        "comments",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _reference("comments", "project_id", "projects"),
        _reference("comments", "item_id", "items"),
        _reference("comments", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
    )
    op.create_index("ix_comments_item_id", "comments", ["item_id"])
    op.create_index("ix_comments_project_id_id", "comments", ["project_id", "id"])
    op.create_table(
        "mentions",
        sa.Column("comment_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        _reference("mentions", "comment_id", "comments"),
        _reference("mentions", "user_id", "users"),
        sa.PrimaryKeyConstraint("comment_id", "user_id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_user_id", "mentions", ["user_id"])


def downgrade() -> None:
    for gone in ("mentions", "comments", "reviews"):
        op.drop_table(gone)
