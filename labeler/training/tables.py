"""How far training has come with the labels of each project, and which models were searched for it."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, deadline, id_column, metadata, reference

training_marks = sa.Table(
    "training_marks",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("label_id", Id, nullable=False),  # the newest label that the last training saw
    sa.Column("item_id", Id, nullable=False),  # the newest item that the last ranking saw
    sa.Column("note", sa.Text, nullable=False, server_default=""),  # why there is no model yet
    deadline("at"),
)

model_searches = sa.Table(
    "model_searches",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("dataset_version_id", "dataset_versions.id", ondelete="RESTRICT"),
    sa.Column("labels", sa.Integer, nullable=False),
    sa.Column("representation", sa.String(16), nullable=True),  # how the pool was seen: encoder, projection, not at all
    sa.Column("seed", Id, nullable=False),
    sa.Column("model", sa.String(64), nullable=False),
    sa.Column("params", Json, nullable=False),
    sa.Column("results", Json, nullable=False),
    sa.Column("duration_s", sa.Float, nullable=False),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Index("ix_model_searches_project_id_id", "project_id", "id"),
)
