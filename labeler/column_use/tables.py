"""What columns are worth to models."""

import sqlalchemy as sa

from labeler.kit.columns import Json, created_at, id_column, metadata, reference

# The last look at each model's columns.
column_looks = sa.Table(
    "column_looks",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("facts", Json, nullable=False),  # see looking.py: Looked
    created_at(),
    sa.UniqueConstraint("model_id"),
    sa.Index("ix_column_looks_project_id", "project_id"),
)

# Models that were trained again without a column.
column_trials = sa.Table(
    "column_trials",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("name", sa.String(200), nullable=False),  # of the column
    sa.Column("facts", Json, nullable=False),  # see wire/column_use.py: ColumnTrial
    created_at(),
    sa.UniqueConstraint("model_id", "name"),
    sa.Index("ix_column_trials_project_id", "project_id"),
)
