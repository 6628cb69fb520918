"""Simulations of strategies on a project's labels."""

import sqlalchemy as sa

from labeler.kit.columns import Json, created_at, id_column, metadata, reference

# The last ones of each project.
simulations = sa.Table(
    "simulations",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),  # whose pool and kind of model they were made with
    sa.Column("facts", Json, nullable=False),  # see wire/simulations.py: Simulation
    created_at(),
    sa.Index("ix_simulations_project_id_id", "project_id", "id"),
)
