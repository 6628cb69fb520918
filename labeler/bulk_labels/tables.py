"""Items that were labeled at once, the check of a sample by people, and what came of it."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

bulks = sa.Table(
    "bulks",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("asked", Json, nullable=False),  # which items: where, keys, like and n
    sa.Column("value", Json, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("check", sa.Integer, nullable=False),  # how many items people label first
    sa.Column("bar", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),  # see wire/bulk_labels.py
    sa.Column("campaign_id", Id, nullable=False),  # what asks for the sample
    sa.Column("items", sa.Integer, nullable=False, server_default="0"),
    sa.Column("counted", sa.Integer, nullable=False, server_default="0"),
    sa.Column("checked", sa.Integer, nullable=True),  # when it was decided
    sa.Column("right", sa.Integer, nullable=True),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("decided_at", Timestamp, nullable=True),
    sa.Index("ix_bulks_project_id_id", "project_id", "id"),
    sa.Index("ix_bulks_campaign_id", "campaign_id"),
)

bulk_items = sa.Table(
    "bulk_items",
    metadata,
    reference("bulk_id", "bulks.id"),
    reference("item_id", "items.id"),
    reference("label_id", "labels.id"),
    sa.PrimaryKeyConstraint("bulk_id", "item_id"),
    sa.Index("ix_bulk_items_item_id", "item_id"),
    sa.Index("ix_bulk_items_label_id", "label_id"),
)
