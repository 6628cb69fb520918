"""How sure each answer in force is, and how often each labeler is right."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def upgrade() -> None:
    op.add_column("item_answers", sa.Column("agreement", sa.Float(), server_default="1", nullable=False))
    op.add_column("item_answers", sa.Column("posterior", JSON, nullable=True))
    op.add_column("item_answers", sa.Column("contested", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("item_answers", sa.Column("wants_more", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE item_answers SET agreement = confidence WHERE confidence < 1")
    several = sa.text("given > 1")
    op.create_index(
        "ix_item_answers_several",
        "item_answers",
        ["project_id", "created_at"],
        sqlite_where=several,
        postgresql_where=several,
    )
    split = sa.text("agreement < 1")
    op.create_index(
        "ix_item_answers_split",
        "item_answers",
        ["project_id", "confidence"],
        sqlite_where=split,
        postgresql_where=split,
    )
    wanting = sa.text("wants_more")
    op.create_index(
        "ix_item_answers_wanting",
        "item_answers",
        ["project_id", "confidence"],
        sqlite_where=wanting,
        postgresql_where=wanting,
    )
    op.create_table(
        "answer_fits",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("method", sa.String(32), nullable=False),
        sa.Column("fit", JSON, nullable=False),
        sa.Column("labels_until", ID, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_answer_fits_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", name="pk_answer_fits"),
    )
    op.create_table(
        "gold_items",
        sa.Column("item_id", ID, autoincrement=False, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_gold_items_item_id_items", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_gold_items_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name="pk_gold_items"),
    )
    op.create_index("ix_gold_items_project_id", "gold_items", ["project_id"])
    op.create_table(
        "labeler_qualities",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("gold", sa.Integer(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_labeler_qualities_project_id_projects", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["labeler_id"], ["users.id"], name="fk_labeler_qualities_labeler_id_users", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "labeler_id", name="pk_labeler_qualities"),
    )


def downgrade() -> None:
    for gone in ("labeler_qualities", "gold_items", "answer_fits"):
        op.drop_table(gone)
    for index in ("ix_item_answers_wanting", "ix_item_answers_split", "ix_item_answers_several"):
        op.drop_index(index, "item_answers")
    for column in ("wants_more", "contested", "posterior", "agreement"):
        op.drop_column("item_answers", column)
