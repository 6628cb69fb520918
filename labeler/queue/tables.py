"""What to label next: rankings, of which one is in force at a time, and items lent to labelers.

Every pick remembers itself: `pick` says how an item was chosen, {"by": a strategy's name, holdout, search, coverage,
keywords, heuristics, external, shuffle, put_aside, gold, training, blind, second_opinion, campaign, assignment, llm,
failure_mode, drift or hard_items; "model": the number of the model that ranked it, if one did; "probability": the
chance that it had, where it was drawn; "campaign", "assignment", "decision", "failure_mode": its number; "prompt": the
version that a language model was asked with}. It goes from the ranking to the lease and from there to the label.
"""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, deadline, id_column, metadata, reference

rankings = sa.Table(
    "rankings",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("kind", sa.String(16), nullable=False),  # coverage, model, weighed, external: see `rankings.py`
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

# Items that a language model labeled and that people are asked for, too, without seeing what it said: drawn at random,
# they tell how often it is right. One a labeler holds or has answered is not asked again.
blind_items = sa.Table(
    "blind_items",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    created_at(),
    sa.Index("ix_blind_items_project_id", "project_id"),
)

# Items that somebody wants labeled for a failure mode of models (`labeler/failure_modes/`): a share of each ranking
# while they are open. held_back: not trained on, so that models can be judged by them.
wanted_items = sa.Table(
    "wanted_items",
    metadata,
    reference("mode_id", "failure_modes.id"),
    sa.Column("rank", sa.Integer, nullable=False),
    reference("item_id", "items.id"),
    reference("project_id", "projects.id"),
    sa.Column("held_back", sa.Boolean, nullable=False),
    sa.PrimaryKeyConstraint("mode_id", "rank"),
    sa.Index("ix_wanted_items_item_id", "item_id"),
    sa.Index("ix_wanted_items_project_id", "project_id"),
)

# A random sample of items that came since a model learned (`labeler/drift/`), wanted as the others are.
sampled_items = sa.Table(
    "sampled_items",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Index("ix_sampled_items_project_id", "project_id"),
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
    sa.Column("suggestion_draw", Json, nullable=True),  # as of a label
    sa.Column("pick", Json, nullable=True),
    deadline("expires_at"),
    created_at(moves=True),
    sa.PrimaryKeyConstraint("item_id", "slot"),
    sa.UniqueConstraint("item_id", "labeler_id"),
    sa.Index("ix_leases_project_id_labeler_id", "project_id", "labeler_id"),
)

# Who is asked again for the items of a campaign (`labeler/campaigns/`). Items with the same people make a group, so
# that what somebody gets next is the head of an index, however many items are not for them.
campaign_groups = sa.Table(
    "campaign_groups",
    metadata,
    id_column(),
    reference("campaign_id", "campaigns.id"),
    reference("project_id", "projects.id"),
    sa.Column("active", sa.Boolean, nullable=False),  # while its campaign runs
    sa.Column("people", Json, nullable=True),  # ids of those who are asked; none: everybody
    sa.Column("not_people", Json, nullable=False),  # ids of those who are not
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("note", sa.Text, nullable=True),  # what those who are asked are told
    # Whether everybody's label is an answer: items of a label that was split are open, others may get them, too.
    sa.Column("by_anybody", sa.Boolean, nullable=False),
    # Whether these people get its items first (`labeler/campaigns/assign.py`): nothing is asked again, and each is open
    # until it has the labels that it needs. kept: meanwhile nobody else gets them.
    sa.Column("assigned", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("kept", sa.Boolean, nullable=False, server_default=sa.false()),
    # Whether it checks labels that were given in bulk: nobody is told that it asks again.
    sa.Column("is_check", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_campaign_groups_campaign_id", "campaign_id"),
)
sa.Index(
    "ix_campaign_groups_active",
    campaign_groups.c.project_id,
    sqlite_where=sa.text("active = 1"),  # as conditions are written, or it is not used
    postgresql_where=sa.text("active"),
)

# What a campaign asks again: one label for each row. It stays when the campaign has ended, for its report.
campaign_items = sa.Table(
    "campaign_items",
    metadata,
    reference("group_id", "campaign_groups.id"),
    sa.Column("rank", sa.Integer, nullable=False),  # its place among all items of the campaign
    sa.Column("campaign_id", Id, nullable=False),  # its group's
    reference("item_id", "items.id"),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("was", Json, nullable=True),  # what is asked about again, as it was read when the campaign began
    sa.Column("was_by", Id, nullable=True),  # who said that, if one person did
    sa.Column("likely", sa.String(200), nullable=True),  # the label of a split that it looks like; for managers
    sa.Column("label_id", Id, nullable=True),  # the answer
    sa.Column("answered_by", Id, nullable=True),
    sa.Column("answered_at", Timestamp, nullable=True),
    sa.PrimaryKeyConstraint("group_id", "rank"),
    sa.Index("ix_campaign_items_item_id", "item_id"),
)
sa.Index(
    "ix_campaign_items_open",
    campaign_items.c.group_id,
    campaign_items.c.rank,
    sqlite_where=sa.text("open = 1"),
    postgresql_where=sa.text("open"),
)
