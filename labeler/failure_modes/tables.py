"""Failure modes of models: those that the last look found, those that somebody keeps, and how models do on them."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

# The last look of each project. `run`: the job; what others found and nobody kept is removed.
failure_looks = sa.Table(
    "failure_looks",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("run", Id, nullable=False),
    reference("model_id", "model_versions.id"),
    sa.Column("facts", Json, nullable=False),  # see wire/failure_modes.py: FailureLook
    created_at(),
)

# Where one is does not change with the model: docs/decisions/0041-failure-modes.md
failure_modes = sa.Table(
    "failure_modes",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("name", sa.String(100), nullable=True),  # none: found, and not kept
    sa.Column("run", Id, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),  # among those of its look
    reference("model_id", "model_versions.id"),  # whose wrong predictions it was found in
    sa.Column("words", Json, nullable=False),  # that tell it from the rest
    sa.Column("space", Json, nullable=False),  # what its center is a point of, see space.py
    sa.Column("columns", Json, nullable=False),
    sa.Column("weights", Json, nullable=False),
    sa.Column("bar", sa.Float, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),  # of the pool that are like it
    sa.Column("unlabeled", sa.Integer, nullable=False),  # of these, those that can be collected
    sa.Column("looked_at", sa.Integer, nullable=False),  # items of the pool that were compared with it
    sa.Column("candidates", Json, nullable=False),  # ids of some that can be collected, in that order
    sa.Column("wanted", sa.Integer, nullable=True),  # items that are collected for it
    sa.Column("stopped", sa.Boolean, nullable=False),
    sa.Column("started_at", Timestamp, nullable=True),  # when collecting began
    sa.Column("created_by", Id, nullable=True),  # who kept it
    created_at(),
    sa.UniqueConstraint("project_id", "name"),
    sa.Index("ix_failure_modes_project_id_run_rank", "project_id", "run", "rank"),
    sa.Index("ix_failure_modes_model_id", "model_id"),
)

# How a model does on one, when it was measured.
failure_mode_scores = sa.Table(
    "failure_mode_scores",
    metadata,
    id_column(),
    reference("mode_id", "failure_modes.id"),
    reference("model_id", "model_versions.id"),
    sa.Column("why", sa.String(16), nullable=True),  # there is no rate
    sa.Column("right", Json, nullable=False),  # ids of the judging items that it answers as people do
    sa.Column("wrong", Json, nullable=False),  # and of the others
    sa.Column("unseen", Json, nullable=True),  # [labels, wrong] of a simpler model on items that were trained on
    sa.Column("examples", Json, nullable=False),  # [[item id, prediction, how it is known], ...], highest loss first
    created_at(),
    sa.UniqueConstraint("mode_id", "model_id"),
    sa.Index("ix_failure_mode_scores_model_id", "model_id"),
)
