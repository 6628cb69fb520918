"""What reviewers did with answers, and what people say to each other about items."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

# Each row stays: a decision that is taken back is marked so.
reviews = sa.Table(
    "reviews",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    sa.Column("action", sa.String(16), nullable=False),  # keep, fix, return, reassign
    sa.Column("value", Json, nullable=True),  # what was decided
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("asked", Id, nullable=True),  # who is asked again; none: anybody else
    sa.Column("campaign_id", Id, nullable=True),  # how they are asked
    reference("created_by", "users.id"),
    created_at(),
    sa.Column("undone_at", Timestamp, nullable=True),
    sa.Index("ix_reviews_project_id_id", "project_id", "id"),
    sa.Index("ix_reviews_item_id", "item_id"),
)

comments = sa.Table(
    "comments",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    reference("user_id", "users.id"),
    sa.Column("text", sa.Text, nullable=False),
    created_at(),
    sa.Index("ix_comments_item_id", "item_id"),
    sa.Index("ix_comments_project_id_id", "project_id", "id"),
)

# Who is asked in a comment, until they have read it.
mentions = sa.Table(
    "mentions",
    metadata,
    reference("comment_id", "comments.id"),
    reference("user_id", "users.id"),
    sa.Column("read_at", Timestamp, nullable=True),
    sa.PrimaryKeyConstraint("comment_id", "user_id"),
    sa.Index("ix_mentions_user_id", "user_id"),
)
