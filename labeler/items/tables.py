"""Items: what is labeled. Their content never changes; `needed` says how many labels are still wanted."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, id_column, metadata, reference

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
    sa.UniqueConstraint("project_id", "key"),
    sa.Index("ix_items_project_id_id", "project_id", "id"),
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
