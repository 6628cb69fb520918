"""A share of the requests for a model that is tried out, and who asked which model how much."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CANARY = sa.text("stage = 'canary'")


def _reference(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_model_use_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("model_versions", sa.Column("share", sa.Float(), nullable=True))
    op.create_index(
        "uq_model_versions_canary",
        "model_versions",
        ["project_id"],
        unique=True,
        sqlite_where=CANARY,
        postgresql_where=CANARY,
    )
    op.create_table(
        "model_use",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("change_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("token_id", ID, nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        _reference("project_id", "projects"),
        _reference("model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_model_use"),
        sa.UniqueConstraint(
            "change_id", "user_id", "token_id", "bucket", name="uq_model_use_change_id_user_id_token_id_bucket"
        ),
    )
    op.create_index("ix_model_use_model_id", "model_use", ["model_id"])
    op.create_index("ix_model_use_project_id", "model_use", ["project_id"])


def downgrade() -> None:
    op.drop_table("model_use")
    op.execute(sa.text("UPDATE model_versions SET stage = 'candidate' WHERE stage = 'canary'"))
    op.drop_index("uq_model_versions_canary", "model_versions")
    op.drop_column("model_versions", "share")
