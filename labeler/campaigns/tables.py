"""Campaigns: which items are labeled again, by whom, and why. What they ask is in `queue/tables.py`.

An assignment is one, too: of items that are not answered yet."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

campaigns = sa.Table(
    "campaigns",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False, server_default="campaign"),  # campaign, review, check, assignment
    sa.Column("asked", Json, nullable=False),  # the request: what is selected, who is asked
    sa.Column("state", sa.String(16), nullable=False),  # starting, running, ended, cancelled
    sa.Column("guideline_version", sa.Integer, nullable=True),  # in force when it began
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("items", sa.Integer, nullable=False, server_default="0"),
    sa.Column("wanted", sa.Integer, nullable=False, server_default="0"),  # labels that are asked for
    sa.Column("unasked", sa.Integer, nullable=False, server_default="0"),  # items that nobody can be asked about
    sa.Column("done", sa.Integer, nullable=True),  # of these, when it had ended
    sa.Column("left", sa.Integer, nullable=True),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("started_at", Timestamp, nullable=True),
    sa.Column("ended_at", Timestamp, nullable=True),
    sa.Column("ended_by", Id, nullable=True),  # none: it ended by itself
    sa.Index("ix_campaigns_project_id_id", "project_id", "id"),
)
