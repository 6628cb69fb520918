"""Test cases: named sets of items with the answer that a model must give. A removed item keeps its row here."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, id_column, metadata, reference

test_cases = sa.Table(
    "test_cases",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("must_pass", sa.Boolean, nullable=False),
    sa.Column("min_share", sa.Float, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),  # rises with every change of its items
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.UniqueConstraint("project_id", "name"),
)

test_case_items = sa.Table(
    "test_case_items",
    metadata,
    sa.Column(
        "test_case_id", Id, sa.ForeignKey("test_cases.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("value", Json, nullable=False),
    sa.Column("schema_version", sa.Integer, nullable=False),
    created_at(),
    sa.Index("ix_test_case_items_item_id", "item_id"),
)
