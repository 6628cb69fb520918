"""What the last look for label errors found, and what was sent back to be checked."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, metadata, reference

# The last look of each project. `run`: the job; what it found is in force, what others left is removed.
label_error_finds = sa.Table(
    "label_error_finds",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("run", Id, nullable=False),
    sa.Column("answers", sa.Integer, nullable=False),  # that were looked at
    sa.Column("left_out", sa.Integer, nullable=False),  # older ones beyond the limit
    sa.Column("found", Json, nullable=False),  # how many of each kind
    sa.Column("why", sa.Text, nullable=True),  # no answer was judged by a model
    sa.Column("took_ms", sa.Integer, nullable=False),
    created_at(),
)

label_errors = sa.Table(
    "label_errors",
    metadata,
    reference("project_id", "projects.id"),
    sa.Column("run", Id, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),  # worst first
    reference("item_id", "items.id"),
    sa.Column("kind", sa.String(16), nullable=False),  # wrong, duplicate, outlier
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("value", Json, nullable=False),  # the answer that was looked at; with another one it is settled
    sa.Column("said", Json, nullable=True),  # {"value", "proba"}: what is expected instead
    sa.Column("near", Json, nullable=False),  # [[item id, cosine], ...], nearest first
    sa.PrimaryKeyConstraint("project_id", "run", "rank"),
    sa.Index("ix_label_errors_item_id", "item_id"),
)

# Items that were sent back, with what they were suspected of.
label_error_rechecks = sa.Table(
    "label_error_rechecks",
    metadata,
    reference("campaign_id", "campaigns.id"),
    reference("item_id", "items.id"),
    reference("project_id", "projects.id"),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.PrimaryKeyConstraint("campaign_id", "item_id"),
    sa.Index("ix_label_error_rechecks_project_id_item_id", "project_id", "item_id"),
    sa.Index("ix_label_error_rechecks_item_id", "item_id"),
)
