"""Projects: one question asked of one pool of items; and the versions of what can be answered."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, deadline, id_column, metadata, reference

projects = sa.Table(
    "projects",
    metadata,
    id_column(),
    sa.Column("slug", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("task_type", sa.String(32), nullable=False),
    sa.Column("content", sa.String(32), nullable=True),  # the kind of its items; none before the first one
    sa.Column("schema", Json, nullable=False),  # the newest version's
    sa.Column("schema_version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("settings", Json, nullable=False),
    # Whether a campaign runs or begins: others pay nothing for campaigns.
    sa.Column("asks_again", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("deleted_at", Timestamp, nullable=True),
)

# Never changed: an answer is read in the version it was given in, and through the mappings in any later one.
label_schemas = sa.Table(
    "label_schemas",
    metadata,
    reference("project_id", "projects.id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("schema", Json, nullable=False),
    sa.Column(
        "mapping", Json, nullable=False
    ),  # labels of the version before to this one's; null: retired; list: split
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.PrimaryKeyConstraint("project_id", "version"),
)

# Of a project with the setting `overlap_field`: up to which item its values were counted (`quality/strata.py`).
overlap_strata = sa.Table(
    "overlap_strata",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("field", sa.String(100), nullable=False),
    sa.Column("items_until", Id, nullable=False),
    sa.Column("stale", sa.Boolean, nullable=False),  # items that were counted changed, left or came back
    sa.Column("took_ms", sa.Integer, nullable=False),
    deadline("counted_at"),
)

# Of 1,000 items with a value of that field how many several people label, where that is more than the project's share.
overlap_shares = sa.Table(
    "overlap_shares",
    metadata,
    reference("project_id", "projects.id"),
    sa.Column("value", sa.String(100), nullable=False),
    sa.Column("share", sa.SmallInteger, nullable=False),
    sa.PrimaryKeyConstraint("project_id", "value"),
)

# What was counted in a large project, up to an item and a label: what came later is added at each look
# (`insight/tally.py`). Small projects have none.
project_counts = sa.Table(
    "project_counts",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tally", Json, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    sa.Column("items_until", Id, nullable=False),
    sa.Column("labels_until", Id, nullable=False),
    sa.Column("took_ms", sa.Integer, nullable=False),
    deadline("counted_at"),
)
