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


# The texts of an item as they are searched (`kit/folding.py`); each database has an index of their trigrams of its own
# kind (migration 0008). Kept in the background (`items/jobs.py`); no text: it changed, and waits to be read again.
item_search = sa.Table(
    "item_search",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("text", sa.Text, nullable=True),
)
sa.Index(
    "ix_item_search_outdated",
    item_search.c.project_id,
    item_search.c.item_id,
    sqlite_where=item_search.c.text.is_(None),
    postgresql_where=item_search.c.text.is_(None),
)

# Up to which item a project's texts are in `item_search`.
search_progress = sa.Table(
    "search_progress",
    metadata,
    sa.Column("project_id", Id, sa.ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("items_until", Id, nullable=False),
)


def present(project_id: Any) -> sa.ColumnElement[bool]:
    """The items of a project that were not removed. project_id: a number, a column or a bound parameter."""
    return sa.and_(items.c.project_id == project_id, items.c.removed_at.is_(None))
