"""On what terms somebody labels in a project. Their row stays when they leave, as their work does."""

import sqlalchemy as sa

from labeler.kit.columns import Json, Timestamp, metadata, reference

labeler_terms = sa.Table(
    "labeler_terms",
    metadata,
    reference("project_id", "projects.id"),
    reference("labeler_id", "users.id"),
    sa.Column("works_as", sa.String(16), nullable=True),  # employee, crowd, contractor, managed_team
    sa.Column("cost_per_label", sa.Float, nullable=True),
    sa.Column("cost_per_hour", sa.Float, nullable=True),
    sa.Column("per_day", sa.Integer, nullable=True),
    sa.Column("in_all", sa.Integer, nullable=True),
    sa.Column("utc_offset", sa.SmallInteger, nullable=False, server_default="0"),  # minutes; when their day begins
    sa.Column("skills", Json, nullable=False),
    sa.Column("only_assigned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("changed_at", Timestamp, nullable=False),
    sa.PrimaryKeyConstraint("project_id", "labeler_id"),
)
