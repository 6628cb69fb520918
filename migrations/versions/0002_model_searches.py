"""Model searches: which models were tried for a project, and which was chosen."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "model_searches",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("dataset_version_id", ID, nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("sight", sa.String(length=16), nullable=True),
        sa.Column("seed", ID, nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("params", JSON, nullable=False),
        sa.Column("results", JSON, nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"],
            ["dataset_versions.id"],
            name="fk_model_searches_dataset_version_id_dataset_versions",
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_model_searches_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_model_searches"),
    )
    op.create_index("ix_model_searches_project_id_id", "model_searches", ["project_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_model_searches_project_id_id", table_name="model_searches")
    op.drop_table("model_searches")
