"""Items: what is labeled. Their content never changes; `needed` says how many labels are still wanted.

Where an import changed items that were there, `item_changes` keeps what was before, so that it can be taken back.

A removed item keeps its row, for the labels that were given on it; its key is free again. Those who list,
count or find items ask with `present`.
"""

from typing import Any

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, id_column, metadata, reference

items = sa.Table(
    "items",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("content", Json, nullable=False),
    sa.Column("metadata", Json, nullable=False),
    # train, holdout
    sa.Column("split", sa.String(8), nullable=False),
    # A fixed random number: the order of the queue before there is a better one, and the holdout's draw.
    sa.Column("shuffle", sa.BigInteger, nullable=False),
    sa.Column("needed", sa.SmallInteger, nullable=False),
    sa.Column("import_id", Id, nullable=True),  # the job that brought it
    created_at(),
    sa.Column("removed_at", Timestamp, nullable=True),
    sa.Index("ix_items_project_id_id", "project_id", "id"),
)
sa.Index(
    "ix_items_project_id_key",
    items.c.project_id,
    items.c.key,
    unique=True,
    sqlite_where=items.c.removed_at.is_(None),
    postgresql_where=items.c.removed_at.is_(None),
)
sa.Index(
    "ix_items_removed_at",
    items.c.project_id,
    items.c.removed_at,
    sqlite_where=items.c.removed_at.is_not(None),
    postgresql_where=items.c.removed_at.is_not(None),
)
sa.Index(
    "ix_items_import_id",
    items.c.import_id,
    sqlite_where=items.c.import_id.is_not(None),
    postgresql_where=items.c.import_id.is_not(None),
)
sa.Index(
    "ix_items_open",
    items.c.project_id,
    items.c.shuffle,
    sqlite_where=items.c.needed > 0,
    postgresql_where=items.c.needed > 0,
)

item_changes = sa.Table(
    "item_changes",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("item_id", "items.id"),
    sa.Column("import_id", Id, nullable=False),
    # Of the metadata what changed, before and after; neither: the item made room for one with a corrected content.
    sa.Column("before", Json, nullable=True),
    sa.Column("after", Json, nullable=True),
    created_at(),
    sa.Column("undone_at", Timestamp, nullable=True),
    sa.Index("ix_item_changes_import_id", "import_id"),
    sa.Index("ix_item_changes_project_id_item_id", "project_id", "item_id"),
)


def present(project_id: Any) -> sa.ColumnElement[bool]:
    """The items of a project that were not removed. project_id: a number, a column or a bound parameter."""
    return sa.and_(items.c.project_id == project_id, items.c.removed_at.is_(None))
