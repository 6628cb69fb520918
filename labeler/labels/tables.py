"""Labels and their history, skips and hard flags.

`labels` only grows: a correction is a new row that names the one it supersedes, an undo is a row with
no value. `current_labels` is derived from it (the latest answer of each labeler on each item), kept so
that the queue need not search the history.
"""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

BULK = "bulk"
"""The kind of labels that were given to many items at once: they count when a check by people says so
(`labeler.bulk_labels`), not by the settings."""

labels = sa.Table(
    "labels",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    reference("labeler_id", "users.id"),
    sa.Column("value", Json, nullable=True),
    sa.Column("source", sa.String(16), nullable=False),
    # Who it is of, when it was given: person, import, simulated, heuristic, model, llm, bulk.
    sa.Column("kind", sa.String(16), nullable=False, server_default="person"),
    sa.Column("guideline_version", sa.Integer, nullable=True),
    sa.Column("schema_version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("elapsed_ms", sa.Integer, nullable=True),
    sa.Column("supersedes", Id, nullable=True),
    sa.Column("pick", Json, nullable=True),  # how the item was chosen, see `queue/tables.py`
    sa.Column("suggestion", Json, nullable=True),  # what a model suggested to the labeler, if anything
    # Whether that was shown was drawn: {"share": of those that are not}, with "unshown": what was not shown.
    sa.Column("suggestion_draw", Json, nullable=True),
    sa.Column("idempotency_key", sa.String(200), nullable=True),
    sa.Column("import_id", Id, nullable=True),  # the job that brought it
    created_at(),
    sa.UniqueConstraint("project_id", "labeler_id", "idempotency_key"),
    sa.Index("ix_labels_project_id_id", "project_id", "id"),
    sa.Index("ix_labels_item_id_id", "item_id", "id"),
    sa.Index("ix_labels_project_id_labeler_id_id", "project_id", "labeler_id", "id"),
)

sa.Index(
    "ix_labels_import_id",
    labels.c.import_id,
    sqlite_where=labels.c.import_id.is_not(None),
    postgresql_where=labels.c.import_id.is_not(None),
)

sa.Index(
    "ix_labels_suggestion_draw",
    labels.c.project_id,
    labels.c.id,
    sqlite_where=labels.c.suggestion_draw.is_not(None),
    postgresql_where=labels.c.suggestion_draw.is_not(None),
)

current_labels = sa.Table(
    "current_labels",
    metadata,
    reference("item_id", "items.id"),
    reference("labeler_id", "users.id"),
    reference("project_id", "projects.id"),
    reference("label_id", "labels.id"),
    # Whether its kind of labeler counts, by the project's setting; of a bulk, whether its check was passed.
    sa.Column("counted", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.PrimaryKeyConstraint("item_id", "labeler_id"),
    sa.Index("ix_current_labels_project_id_label_id", "project_id", "label_id"),
)

skips = sa.Table(
    "skips",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    reference("labeler_id", "users.id"),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("guideline_version", sa.Integer, nullable=True),
    sa.Column("idempotency_key", sa.String(200), nullable=True),
    created_at(),
    sa.Column("undone_at", Timestamp, nullable=True),
    sa.UniqueConstraint("project_id", "labeler_id", "idempotency_key"),
    sa.Index("ix_skips_item_id_labeler_id", "item_id", "labeler_id"),
    sa.Index("ix_skips_project_id_labeler_id", "project_id", "labeler_id"),
)

flags = sa.Table(
    "flags",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    reference("labeler_id", "users.id"),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("label_id", Id, nullable=True),
    sa.Column("guideline_version", sa.Integer, nullable=True),
    sa.Column("idempotency_key", sa.String(200), nullable=True),
    created_at(),
    sa.Column("undone_at", Timestamp, nullable=True),
    sa.Column("resolved_at", Timestamp, nullable=True),
    sa.Column("resolved_by", Id, nullable=True),
    sa.Column("resolution", sa.Text, nullable=True),
    sa.Column("read_at", Timestamp, nullable=True),  # the resolution, by the one who flagged
    sa.Column("decision_id", Id, nullable=True),  # one decision about several items (`labeler.hard_items`)
    sa.UniqueConstraint("project_id", "labeler_id", "idempotency_key"),
    sa.Index("ix_flags_project_id_id", "project_id", "id"),
    sa.Index("ix_flags_item_id", "item_id"),
)
sa.Index(
    "ix_flags_open",
    flags.c.project_id,
    flags.c.id,
    sqlite_where=sa.and_(flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None)),
    postgresql_where=sa.and_(flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None)),
)
sa.Index(
    "ix_flags_decision_id",
    flags.c.decision_id,
    sqlite_where=flags.c.decision_id.is_not(None),
    postgresql_where=flags.c.decision_id.is_not(None),
)

# Items that one labeler put aside (skipped, or flagged without a label): offered to them again last.
aside = sa.Table(
    "aside",
    metadata,
    reference("project_id", "projects.id"),
    reference("labeler_id", "users.id"),
    reference("item_id", "items.id"),
    created_at(),
    sa.PrimaryKeyConstraint("labeler_id", "item_id"),
    sa.Index("ix_aside_project_id_labeler_id_created_at", "project_id", "labeler_id", "created_at"),
)
