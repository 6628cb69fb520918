"""Slices: searches with a name. Which items belong to one is never kept: whatever matches does."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, id_column, metadata, reference

slices = sa.Table(
    "slices",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("query", Json, nullable=False),  # what differs from a search for everything
    sa.Column("schema_version", sa.Integer, nullable=False),  # of the label in it
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.UniqueConstraint("project_id", "name"),
)
