"""Checks for drift, and when a project wants none to be told of."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, deadline, id_column, metadata, reference

# A check takes the items that came since the one before of the same model, so that no item is looked at twice.
drift_checks = sa.Table(
    "drift_checks",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("until_item", Id, nullable=False),  # the newest item that came until then
    sa.Column("alarm", sa.Boolean, nullable=False),
    sa.Column("facts", Json, nullable=False),  # see wire/drift.py: DriftCheck; examples by item id
    created_at(moves=True),
    sa.Index("ix_drift_checks_project_id_id", "project_id", "id"),
    sa.Index("ix_drift_checks_model_id", "model_id"),
)

drift_watches = sa.Table(
    "drift_watches",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("bar", sa.Float, nullable=True),  # none: the usual one
    deadline("ignored_until", nullable=True),
    sa.Column("ignored_by", Id, nullable=True),
)
