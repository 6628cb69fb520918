"""Guideline versions: drafts until published, then immutable."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Timestamp, created_at, id_column, metadata, reference

guideline_versions = sa.Table(
    "guideline_versions",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("author_id", Id, nullable=True),
    created_at(),
    sa.Column("published_at", Timestamp, nullable=True),
    sa.UniqueConstraint("project_id", "version"),
)

acknowledgements = sa.Table(
    "acknowledgements",
    metadata,
    reference("project_id", "projects.id"),
    reference("user_id", "users.id"),
    sa.Column("version", sa.Integer, nullable=False),
    created_at(),
    sa.PrimaryKeyConstraint("project_id", "user_id", "version"),
)
