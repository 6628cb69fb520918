"""How far training has come with the labels of each project."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Timestamp, metadata

training_marks = sa.Table(
    "training_marks",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("label_id", Id, nullable=False),  # the newest label that the last training saw
    sa.Column("item_id", Id, nullable=False),  # the newest item that the last ranking saw
    sa.Column("note", sa.Text, nullable=False, server_default=""),  # why there is no model yet
    sa.Column("at", Timestamp, nullable=False),
)
