"""Dataset versions: immutable snapshots under a DVC tag."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, created_at, id_column, metadata, reference

dataset_versions = sa.Table(
    "dataset_versions",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("tag", sa.String(80), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Column("git_commit", sa.String(64), nullable=False),
    sa.Column("dvc_hash", sa.String(64), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("counts", Json, nullable=False),
    sa.Column("marks", Json, nullable=False),
    sa.Column("guideline_version", sa.Integer, nullable=True),
    sa.Column("schema_version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("new_bytes", sa.BigInteger, nullable=False),
    sa.Column("pushed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("project_id", "version"),
)
