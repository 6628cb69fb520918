"""What became of challenges, and of tests of the pipeline."""

import sqlalchemy as sa

from labeler.kit.columns import Json, created_at, id_column, metadata, reference

model_challenges = sa.Table(
    "model_challenges",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("champion_id", "model_versions.id"),
    reference("challenger_id", "model_versions.id"),
    sa.Column("cause", sa.String(16), nullable=False),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("facts", Json, nullable=False),  # items, better, worse, difference, low, high, unmet
    created_at(),
    sa.Index("ix_model_challenges_project_id_id", "project_id", "id"),
    sa.Index("ix_model_challenges_champion_id", "champion_id"),
    sa.Index("ix_model_challenges_challenger_id", "challenger_id"),
)

pipeline_tests = sa.Table(
    "pipeline_tests",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("facts", Json, nullable=False),  # nightly, compared, max_difference, metric, then, now, seconds, ...
    created_at(),
    sa.Index("ix_pipeline_tests_project_id_id", "project_id", "id"),
    sa.Index("ix_pipeline_tests_model_id", "model_id"),
)
