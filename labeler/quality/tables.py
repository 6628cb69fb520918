"""The answer in force of every item that has one."""

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
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("method", sa.String(32), nullable=False),
    sa.Column("given", sa.SmallInteger, nullable=False),  # how many labels it was made of
    created_at(),  # when the item was first answered
    sa.Column("changed_at", Timestamp, nullable=False),
    sa.Index("ix_item_answers_project_id_created_at", "project_id", "created_at"),
)
