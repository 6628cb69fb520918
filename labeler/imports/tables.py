"""What models elsewhere predict: it came along with items, and is shown as a suggestion, never taken for a label."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, metadata, reference

outside_predictions = sa.Table(
    "outside_predictions",
    metadata,
    sa.Column("item_id", Id, sa.ForeignKey("items.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    reference("project_id", "projects.id"),
    sa.Column("value", Json, nullable=False),
    sa.Column("score", sa.Float, nullable=True),
    sa.Column("model", sa.String(200), nullable=True),
    sa.Column("import_id", Id, nullable=True),  # the job that brought it
    created_at(),
    sa.Index("ix_outside_predictions_project_id", "project_id"),
)
