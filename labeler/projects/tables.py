"""Projects: one question asked of one pool of items."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata

projects = sa.Table(
    "projects",
    metadata,
    id_column(),
    sa.Column("slug", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("task_type", sa.String(32), nullable=False),
    sa.Column("labels", Json, nullable=False),
    sa.Column("settings", Json, nullable=False),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("deleted_at", Timestamp, nullable=True),
)
