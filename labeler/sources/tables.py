"""Where the content of items came from."""

import sqlalchemy as sa

from labeler.kit.columns import Timestamp, id_column, metadata, reference

item_sources = sa.Table(
    "item_sources",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("fetched_at", Timestamp, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # see wire/sources.py
    sa.Column("checked_at", Timestamp, nullable=True),
    sa.Column("found_sha256", sa.String(64), nullable=True),
    sa.Column("error", sa.Text, nullable=False),
    sa.UniqueConstraint("item_id"),
    sa.Index("ix_item_sources_project_id_id", "project_id", "id"),
)
