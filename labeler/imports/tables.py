"""What models elsewhere predict: it came along with items, and is shown as a suggestion, never taken for a label."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, metadata, reference

outside_predictions = sa.Table(
    "outside_predictions",
    metadata,
    reference("item_id", "items.id"),
    reference("project_id", "projects.id"),
    sa.Column("value", Json, nullable=False),
    sa.Column("score", sa.Float, nullable=True),
    sa.Column("model", sa.String(200), nullable=True),
    sa.Column("import_id", Id, nullable=False),  # the job that brought it; 0: none. The newest one's is shown
    created_at(),
    sa.PrimaryKeyConstraint("item_id", "import_id"),
    sa.Index("ix_outside_predictions_project_id", "project_id"),
)
