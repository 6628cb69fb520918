"""What people vouch for, where the service itself can't see it."""

import sqlalchemy as sa

from labeler.kit.columns import Id, created_at, id_column, metadata, reference

readiness_confirmations = sa.Table(
    "readiness_confirmations",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("line", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("automated", sa.Boolean, nullable=False),
    sa.Column("review_on", sa.String(10), nullable=False),  # YYYY-MM-DD
    sa.Column("confirmed_by", Id, nullable=True),
    created_at(),
    sa.UniqueConstraint("project_id", "line"),
)
