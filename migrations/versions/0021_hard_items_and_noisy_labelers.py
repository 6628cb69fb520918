"""Hard items that are alike, decisions about several at once; heuristics and language models in the answers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def _to(column: str, table: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}_{target}", ondelete="CASCADE")


def _some(name: str, columns: list[str], which: str) -> None:
    where = {"sqlite_where": sa.text(which), "postgresql_where": sa.text(which)}
    op.create_index(name, "flags", columns, **where)


def upgrade() -> None:
    op.add_column("flags", sa.Column("decision_id", ID, nullable=True))
    _some("ix_flags_open", ["project_id", "id"], "resolved_at IS NULL AND undone_at IS NULL")
    _some("ix_flags_decision_id", ["decision_id"], "decision_id IS NOT NULL")
    op.create_table(
        "hard_looks",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("flags_until", ID, nullable=False),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _to("project_id", "hard_looks", "projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_hard_looks"),
    )
    op.create_table(
        "hard_clusters",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("run", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("words", JSON, nullable=False),
        _to("project_id", "hard_clusters", "projects"),
        sa.PrimaryKeyConstraint("id", name="pk_hard_clusters"),
    )
    op.create_index("ix_hard_clusters_project_id_run_rank", "hard_clusters", ["project_id", "run", "rank"])
    op.create_table(
        "hard_cluster_items",
        sa.Column("cluster_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        _to("cluster_id", "hard_cluster_items", "hard_clusters"),
        _to("item_id", "hard_cluster_items", "items"),
        sa.PrimaryKeyConstraint("cluster_id", "place", name="pk_hard_cluster_items"),
    )
    op.create_index("ix_hard_cluster_items_item_id", "hard_cluster_items", ["item_id"])
    _decisions()


def _decisions() -> None:
    op.create_table(
        "hard_decisions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("check", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("campaign_id", ID, nullable=True),
        sa.Column("checked", sa.Integer(), nullable=True),
        sa.Column("confirmed", sa.Integer(), nullable=True),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("undone_at", TIME, nullable=True),
        _to("project_id", "hard_decisions", "projects"),
        _to("created_by", "hard_decisions", "users"),
        sa.PrimaryKeyConstraint("id", name="pk_hard_decisions"),
    )
    op.create_index("ix_hard_decisions_project_id_id", "hard_decisions", ["project_id", "id"])
    op.create_index("ix_hard_decisions_campaign_id", "hard_decisions", ["campaign_id"])
    op.create_table(
        "hard_labels",
        sa.Column("decision_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("label_id", ID, nullable=False),
        sa.Column("not_asked", JSON, nullable=True),
        _to("decision_id", "hard_labels", "hard_decisions"),
        _to("item_id", "hard_labels", "items"),
        _to("label_id", "hard_labels", "labels"),
        sa.PrimaryKeyConstraint("decision_id", "item_id", name="pk_hard_labels"),
    )
    op.create_index("ix_hard_labels_item_id", "hard_labels", ["item_id"])
    op.create_index("ix_hard_labels_label_id", "hard_labels", ["label_id"])
    _noisy()


def _noisy() -> None:
    op.add_column("heuristics", sa.Column("use", sa.String(16), server_default="suggest", nullable=False))
    op.create_table(
        "rule_answers",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("posterior", JSON, nullable=True),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("votes", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        _to("item_id", "rule_answers", "items"),
        _to("project_id", "rule_answers", "projects"),
        sa.PrimaryKeyConstraint("item_id", name="pk_rule_answers"),
    )
    op.create_index("ix_rule_answers_project_id_item_id", "rule_answers", ["project_id", "item_id"])
    op.create_table(
        "rule_fits",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("voices", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("off", sa.Float(), nullable=True),
        sa.Column("labels_until", ID, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _to("project_id", "rule_fits", "projects"),
        sa.PrimaryKeyConstraint("project_id", name="pk_rule_fits"),
    )


def downgrade() -> None:
    for name in ("rule_fits", "rule_answers"):
        op.drop_table(name)
    with op.batch_alter_table("heuristics") as table:
        table.drop_column("use")
    for name in ("hard_labels", "hard_decisions", "hard_cluster_items", "hard_clusters", "hard_looks"):
        op.drop_table(name)
    op.drop_index("ix_flags_decision_id", table_name="flags")
    op.drop_index("ix_flags_open", table_name="flags")
    with op.batch_alter_table("flags") as table:
        table.drop_column("decision_id")
