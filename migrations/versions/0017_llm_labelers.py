"""Language models as labelers: what they are, what they are asked, and the items that people are asked for, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _belongs(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{to}"
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "blind_items",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _belongs("blind_items", "item_id", "items"),
        _belongs("blind_items", "project_id", "projects"),
        sa.PrimaryKeyConstraint("item_id", name="pk_blind_items"),
    )
    op.create_index("ix_blind_items_project_id", "blind_items", ["project_id"])
    op.create_table(
        "llm_labelers",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("endpoint", sa.String(2000), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("api_key", sa.String(500), nullable=True),
        sa.Column("key_name", sa.String(100), nullable=True),
        sa.Column("cost_per_1k_tokens", sa.Float(), nullable=True),
        sa.Column("blind_share", sa.Float(), nullable=False),
        sa.Column("bar", sa.Float(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("money_limit", sa.Float(), nullable=True),
        sa.Column("max_tokens", sa.Integer(), nullable=False),
        sa.Column("examples", sa.Integer(), nullable=False),
        sa.Column("prompt_version", sa.Integer(), nullable=False),
        sa.Column("dialect", JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(8), nullable=False),
        sa.Column("counts_after", ID, nullable=True),
        sa.Column("revised_after", ID, nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("pause_reason", sa.String(16), nullable=True),
        sa.Column("pause_detail", sa.Text(), nullable=True),
        sa.Column("watched_until", ID, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME, nullable=True),
        _belongs("llm_labelers", "user_id", "users"),
        _belongs("llm_labelers", "project_id", "projects"),
        sa.PrimaryKeyConstraint("user_id", name="pk_llm_labelers"),
    )
    op.create_index("ix_llm_labelers_project_id", "llm_labelers", ["project_id"])
    op.create_table(
        "llm_prompts",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        _belongs("llm_prompts", "user_id", "llm_labelers", "user_id"),
        _belongs("llm_prompts", "project_id", "projects"),
        sa.PrimaryKeyConstraint("user_id", "version", name="pk_llm_prompts"),
    )
    op.create_table(
        "llm_asks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("purpose", sa.String(8), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("prompt_version", sa.Integer(), nullable=False),
        sa.Column("guideline_version", sa.Integer(), nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Text(), nullable=True),
        sa.Column("sent_sha256", sa.String(64), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("label_id", ID, nullable=True),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        _belongs("llm_asks", "project_id", "projects"),
        _belongs("llm_asks", "user_id", "llm_labelers", "user_id"),
        _belongs("llm_asks", "item_id", "items"),
        sa.PrimaryKeyConstraint("id", name="pk_llm_asks"),
    )
    op.create_index("ix_llm_asks_user_id_id", "llm_asks", ["user_id", "id"])
    for column in ("item_id", "job_id", "project_id"):
        op.create_index(f"ix_llm_asks_{column}", "llm_asks", [column])
    blind = sa.text("blind")
    op.create_index(
        "ix_llm_asks_blind", "llm_asks", ["user_id", "label_id"], sqlite_where=blind, postgresql_where=blind
    )


def downgrade() -> None:
    """Labels of language models stay, as those of models of another kind: the schema before knows no such kind."""
    for table in ("users", "labels"):
        op.execute(sa.text(f"UPDATE {table} SET kind = 'model' WHERE kind = 'llm'"))
    for gone in ("llm_asks", "llm_prompts", "llm_labelers", "blind_items"):
        op.drop_table(gone)
