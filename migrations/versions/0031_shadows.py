"""A sample of what models answered, what shadows say of the same items, and programs that ask for one model."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}_{to}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "served_items",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("key", sa.String(200), nullable=True),
        sa.Column("content", JSON, nullable=True),
        sa.Column("value", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _reference("served_items", "project_id", "projects"),
        _reference("served_items", "model_id", "model_versions"),
        sa.PrimaryKeyConstraint("id", name="pk_served_items"),
    )
    op.create_index("ix_served_items_project_id_id", "served_items", ["project_id", "id"])
    op.create_index("ix_served_items_model_id", "served_items", ["model_id"])
    op.create_table(
        "shadow_answers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("served_id", ID, nullable=False),
        sa.Column("change_id", ID, nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("ms", sa.Float(), nullable=False),
        _reference("shadow_answers", "project_id", "projects"),
        _reference("shadow_answers", "model_id", "model_versions"),
        _reference("shadow_answers", "served_id", "served_items"),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_answers"),
    )
    op.create_index("ix_shadow_answers_change_id_served_id", "shadow_answers", ["change_id", "served_id"])
    for column in ("served_id", "model_id", "project_id"):
        op.create_index(f"ix_shadow_answers_{column}", "shadow_answers", [column])
    op.create_table(
        "model_pins",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("model_id", ID, nullable=False),
        sa.Column("token_id", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _reference("model_pins", "project_id", "projects"),
        _reference("model_pins", "model_id", "model_versions"),
        _reference("model_pins", "token_id", "api_tokens"),
        sa.PrimaryKeyConstraint("id", name="pk_model_pins"),
        sa.UniqueConstraint("project_id", "token_id", name="uq_model_pins_project_id_token_id"),
    )
    op.create_index("ix_model_pins_model_id", "model_pins", ["model_id"])
    op.create_index("ix_model_pins_token_id", "model_pins", ["token_id"])


def downgrade() -> None:
    op.drop_table("model_pins")
    op.drop_table("shadow_answers")
    op.drop_table("served_items")
    op.execute(sa.text("UPDATE model_versions SET stage = 'candidate' WHERE stage = 'shadow'"))
