"""What shadows say of a sample of what was asked."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, id_column, metadata, reference

# What a model that is a shadow says of the same items.
shadow_answers = sa.Table(
    "shadow_answers",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    reference("model_id", "model_versions.id"),
    reference("served_id", "served_items.id"),
    sa.Column("change_id", Id, nullable=False),  # how it came to its stage
    sa.Column("value", Json, nullable=True),  # none: it could not answer
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("same", sa.Boolean, nullable=False),
    sa.Column("ms", sa.Float, nullable=False),  # an item, in a batch of a job
    sa.Index("ix_shadow_answers_change_id_served_id", "change_id", "served_id"),
    sa.Index("ix_shadow_answers_served_id", "served_id"),
    sa.Index("ix_shadow_answers_model_id", "model_id"),
    sa.Index("ix_shadow_answers_project_id", "project_id"),
)
