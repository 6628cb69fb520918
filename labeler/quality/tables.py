"""The answer in force of every item that has one, and what is known of those who gave the labels behind it."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, metadata, reference

# Derived from the labels that count, in the newest schema; kept so that everybody reads the same one.
answers = sa.Table(
    "item_answers",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("value", Json, nullable=False),
    sa.Column("labels", Json, nullable=False),  # those in the value: what is counted and filtered by
    sa.Column("confidence", sa.Float, nullable=False),  # the chance that it is right; of a majority its share
    sa.Column("agreement", sa.Float, nullable=False, server_default="1"),  # how near the labels are to each other
    sa.Column("posterior", Json, nullable=True),  # what else it may be, see `wire/quality.py`
    sa.Column("contested", sa.Boolean, nullable=False, server_default=sa.false()),  # a majority says something else
    sa.Column("method", sa.String(32), nullable=False),
    sa.Column("given", sa.SmallInteger, nullable=False),  # how many labels it was made of
    # One more label is asked for, since it is not certain.
    sa.Column("wants_more", sa.Boolean, nullable=False, server_default=sa.false()),
    created_at(),  # when the item was first answered
    sa.Column("changed_at", Timestamp, nullable=False),
    sa.Index("ix_item_answers_project_id_created_at", "project_id", "created_at"),
)
sa.Index(
    "ix_item_answers_several",
    answers.c.project_id,
    answers.c.created_at,
    sqlite_where=answers.c.given > 1,
    postgresql_where=answers.c.given > 1,
)
sa.Index(
    "ix_item_answers_split",
    answers.c.project_id,
    answers.c.confidence,
    sqlite_where=answers.c.agreement < 1,
    postgresql_where=answers.c.agreement < 1,
)
sa.Index(
    "ix_item_answers_wanting",
    answers.c.project_id,
    answers.c.confidence,
    sqlite_where=answers.c.wants_more,
    postgresql_where=answers.c.wants_more,
)

# What the last estimate found out, for answers that come between two of them: one row a project.
answer_fits = sa.Table(
    "answer_fits",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("method", sa.String(32), nullable=False),
    sa.Column("fit", Json, nullable=False),  # see `quality/fits.py`
    sa.Column("labels_until", Id, nullable=False),  # the newest label that it knows
    sa.Column("took_ms", sa.Integer, nullable=False),
    created_at(moves=True),
)

# Items whose answer is known: people are held against it, and it is the item's answer.
gold_items = sa.Table(
    "gold_items",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("value", Json, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    # Whether labelers get it among the others; a reviewer's decision is only the item's answer.
    sa.Column("asked", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Index("ix_gold_items_project_id", "project_id"),
)

# How often each labeler is right, by the last estimate.
labeler_qualities = sa.Table(
    "labeler_qualities",
    metadata,
    reference("project_id", "projects.id"),
    reference("labeler_id", "users.id"),
    sa.Column("accuracy", sa.Float, nullable=False),
    sa.Column("low", sa.Float, nullable=False),
    sa.Column("high", sa.Float, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),  # that others labeled, too, or that are gold
    sa.Column("gold", sa.Integer, nullable=False),
    sa.Column("detail", Json, nullable=False),  # what they mix up; their bias
    sa.PrimaryKeyConstraint("project_id", "labeler_id"),
)

# What heuristics and language models that count say of items outside of the holdout: the answer of those that nobody
# has labeled, and what is held for or against each label where several people do not agree. Written by
# `labeler.heuristics`; it is nobody's label.
rule_answers = sa.Table(
    "rule_answers",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("value", Json, nullable=True),  # none: they contradict each other
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("method", sa.String(32), nullable=False),
    sa.Column("posterior", Json, nullable=True),
    sa.Column("evidence", Json, nullable=False),  # by label, what is added to the logarithm of its chance
    sa.Column("votes", Json, nullable=False),  # [[name, kind, value], ...]
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Index("ix_rule_answers_project_id_item_id", "project_id", "item_id"),
)

# What the last of these rests on: one row for each project where some may count.
rule_fits = sa.Table(
    "rule_fits",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("method", sa.String(32), nullable=False),
    sa.Column("voices", sa.Integer, nullable=False),  # rules and language models that count
    sa.Column("people", sa.Integer, nullable=False),  # items that people labeled and of which one of them speaks
    sa.Column("items", sa.Integer, nullable=False),  # of which one of them speaks
    sa.Column("off", sa.Float, nullable=True),  # how far the chances are from how often they are right
    sa.Column("labels_until", Id, nullable=False),  # the newest label that it knows
    sa.Column("took_ms", sa.Integer, nullable=False),
    created_at(moves=True),
)
