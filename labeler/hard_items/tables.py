"""Hard items that are alike, as the last look found them, and what was decided about several at once."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

# The last look of each project. `run`: the job; the clusters that it made are in force, those of others are removed.
hard_looks = sa.Table(
    "hard_looks",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("run", Id, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),  # that were looked at
    sa.Column("flags", sa.Integer, nullable=False),  # on them
    sa.Column("left_out", sa.Integer, nullable=False),  # older items beyond the limit
    sa.Column("flags_until", Id, nullable=False),  # the newest flag that it knows
    sa.Column("by", sa.String(16), nullable=False),  # sentences, words
    sa.Column("took_ms", sa.Integer, nullable=False),
    created_at(),
)

hard_clusters = sa.Table(
    "hard_clusters",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("run", Id, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),  # the largest first
    sa.Column("words", Json, nullable=False),  # that tell it from the others
    sa.Index("ix_hard_clusters_project_id_run_rank", "project_id", "run", "rank"),
)

hard_cluster_items = sa.Table(
    "hard_cluster_items",
    metadata,
    reference("cluster_id", "hard_clusters.id"),
    sa.Column("place", sa.Integer, nullable=False),
    reference("item_id", "items.id"),
    sa.PrimaryKeyConstraint("cluster_id", "place"),
    sa.Index("ix_hard_cluster_items_item_id", "item_id"),
)

# What was decided about several items at once. Which flags it closed: `flags.decision_id`.
hard_decisions = sa.Table(
    "hard_decisions",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("value", Json, nullable=True),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("flags", sa.Integer, nullable=False),
    sa.Column("check", sa.Integer, nullable=False),  # items that others are asked for, blind
    sa.Column("state", sa.String(16), nullable=False),  # see wire/hard_items.py
    sa.Column("campaign_id", Id, nullable=True),  # what asks for them
    sa.Column("checked", sa.Integer, nullable=True),  # when the check had ended
    sa.Column("confirmed", sa.Integer, nullable=True),
    reference("created_by", "users.id"),
    created_at(),
    sa.Column("undone_at", Timestamp, nullable=True),
    sa.Index("ix_hard_decisions_project_id_id", "project_id", "id"),
    sa.Index("ix_hard_decisions_campaign_id", "campaign_id"),
)

# The labels that a decision gave, which are those of the one who decided.
hard_labels = sa.Table(
    "hard_labels",
    metadata,
    reference("decision_id", "hard_decisions.id"),
    reference("item_id", "items.id"),
    reference("label_id", "labels.id"),
    sa.Column("not_asked", Json, nullable=True),  # of the sample: ids of those who know the answer; none: not in it
    sa.PrimaryKeyConstraint("decision_id", "item_id"),
    sa.Index("ix_hard_labels_item_id", "item_id"),
    sa.Index("ix_hard_labels_label_id", "label_id"),
)
