"""What the order of the queue has saved."""

import sqlalchemy as sa

from labeler.kit.columns import Json, created_at, id_column, metadata, reference

# The last count with each model.
savings_counts = sa.Table(
    "savings_counts",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("facts", Json, nullable=False),  # see jobs.py
    created_at(),
    sa.UniqueConstraint("model_id"),
    sa.Index("ix_savings_counts_project_id", "project_id"),
)
