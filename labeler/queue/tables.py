"""What to label next: rankings, of which one is in force at a time, and items lent to labelers.

Every pick remembers itself: `pick` says how an item was chosen, {"by": a strategy's name, holdout, search, coverage,
keywords, external, shuffle or put_aside; "model": the number of the model that ranked it, if one did; "probability":
the chance that it had, where it was drawn}. It goes from the ranking to the lease and from there to the label.
"""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, deadline, id_column, metadata, reference

rankings = sa.Table(
    "rankings",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("kind", sa.String(16), nullable=False),  # coverage, model, external
    sa.Column("model_id", Id, nullable=True),
    created_at(),
    sa.Index("ix_rankings_project_id", "project_id"),
)

# The ranking in force: one row a project, changed in one statement, so that an order is never mixed (G10).
queues = sa.Table(
    "queues",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    reference("ranking_id", "rankings.id", ondelete="RESTRICT"),
)

queue_entries = sa.Table(
    "queue_entries",
    metadata,
    reference("ranking_id", "rankings.id"),
    sa.Column("rank", sa.Integer, nullable=False),
    reference("item_id", "items.id"),
    sa.Column("score", sa.Float, nullable=True),
    sa.Column("pick", Json, nullable=True),
    sa.Column("suggestion", Json, nullable=True),
    sa.PrimaryKeyConstraint("ranking_id", "rank"),
    sa.Index("ix_queue_entries_item_id", "item_id"),
)

# `slot` (0 .. overlap-1) makes the promise of G4 the database's: no item has more holders than slots.
leases = sa.Table(
    "leases",
    metadata,
    reference("item_id", "items.id"),
    sa.Column("slot", sa.SmallInteger, nullable=False),
    reference("project_id", "projects.id"),
    reference("labeler_id", "users.id"),
    sa.Column("token", sa.String(32), nullable=False),
    sa.Column("suggestion", Json, nullable=True),  # what the model said, if the labeler is shown it
    sa.Column("pick", Json, nullable=True),
    deadline("expires_at"),
    created_at(moves=True),
    sa.PrimaryKeyConstraint("item_id", "slot"),
    sa.UniqueConstraint("item_id", "labeler_id"),
    sa.Index("ix_leases_project_id_labeler_id", "project_id", "labeler_id"),
)
