"""Rules of projects, and the items of which each speaks.

`hits` and what follows of it are as they were counted last. A rule that was changed, turned on or deleted is `stale`:
its hits are removed in parts by the job that runs rules, before anything else.
"""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

heuristics = sa.Table(
    "heuristics",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("condition", Json, nullable=False),  # pattern, expression, field, op: those that its kind takes
    sa.Column("value", Json, nullable=False),  # in the newest schema, unless that turned it off
    sa.Column("active", sa.Boolean, nullable=False),
    # suggest, or count: towards answers, if people's labels say that it is right often enough.
    sa.Column("use", sa.String(16), nullable=False, server_default="suggest"),
    sa.Column("off_reason", sa.String(16), nullable=True),  # why the service turned it off: wire/heuristics.py
    sa.Column("off_detail", sa.Text, nullable=True),
    sa.Column("revision", sa.Integer, nullable=False),  # of what it speaks: a run of an earlier one writes nothing
    sa.Column("stale", sa.Boolean, nullable=False),
    sa.Column("items_until", Id, nullable=False),  # the last item that it was run over
    sa.Column("seconds", sa.Float, nullable=False),  # of computing, since it began with the items that are new to it
    sa.Column("kept", sa.Integer, nullable=False),  # hits, about: so that they do not fill the disk
    sa.Column("items", sa.Integer, nullable=True),
    sa.Column("hits", sa.Integer, nullable=True),
    sa.Column("overlap", sa.Integer, nullable=True),
    sa.Column("conflict", sa.Integer, nullable=True),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("deleted_at", Timestamp, nullable=True),
)
sa.Index(
    "ix_heuristics_project_id_name",
    heuristics.c.project_id,
    heuristics.c.name,
    unique=True,
    sqlite_where=heuristics.c.deleted_at.is_(None),
    postgresql_where=heuristics.c.deleted_at.is_(None),
)

heuristic_hits = sa.Table(
    "heuristic_hits",
    metadata,
    reference("heuristic_id", "heuristics.id"),
    reference("item_id", "items.id"),
    reference("project_id", "projects.id"),
    sa.PrimaryKeyConstraint("heuristic_id", "item_id"),
    sa.Index("ix_heuristic_hits_item_id", "item_id"),
)

# Items whose metadata changed since rules were run over them, or that came back.
heuristic_outdated = sa.Table(
    "heuristic_outdated",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    sa.Index("ix_heuristic_outdated_project_id_id", "project_id", "id"),
    sa.Index("ix_heuristic_outdated_item_id", "item_id"),
)

# asked: how often counting was asked for; counted: up to which of these it was done. covered: items of which an active
# rule speaks.
heuristic_counts = sa.Table(
    "heuristic_counts",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("counted", sa.Integer, nullable=False),
    sa.Column("items", sa.Integer, nullable=False),
    sa.Column("covered", sa.Integer, nullable=False),
)
