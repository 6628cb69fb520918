"""Where each labeler stands in a project. Who has no row labels like everybody."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, metadata, reference

TRAINING, PASSED, HELD, PAUSED = "training", "passed", "held", "paused"

standings = sa.Table(
    "labeler_standings",
    metadata,
    reference("project_id", "projects.id"),
    reference("labeler_id", "users.id"),
    sa.Column("state", sa.String(16), nullable=False),  # training, passed, held, paused
    sa.Column("since", Timestamp, nullable=False),
    # Why: training (its result), too_few (gold went away meanwhile), gold (the rule), manager.
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("set_by", Id, nullable=True),  # none: the service
    sa.Column("asked", Json, nullable=False),  # ids of the gold items of the last training, in their order
    sa.Column("told", Json, nullable=False),  # ids of all items whose right answer they were told, of every training
    # Of the last training.
    sa.Column("answered", sa.Integer, nullable=False, server_default="0"),
    sa.Column("right", sa.Integer, nullable=False, server_default="0"),
    # Of the gold items that the rule paused them for.
    sa.Column("recent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("recent_right", sa.Integer, nullable=False, server_default="0"),
    sa.Column("gold_after", Id, nullable=False, server_default="0"),  # the rule looks at labels after this one
    sa.PrimaryKeyConstraint("project_id", "labeler_id"),
)
