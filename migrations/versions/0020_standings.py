"""Where labelers stand in a project; whether what a model says was shown with an item."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()
COUNTS = ("answered", "right", "recent", "recent_right")


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    name = f"fk_labeler_standings_{column}_{target}"
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "labeler_standings",
        sa.Column("project_id", ID, nullable=False),
        sa.Column("labeler_id", ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("set_by", ID, nullable=True),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("told", JSON, nullable=False),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        sa.Column("gold_after", ID, server_default="0", nullable=False),
        _to("project_id", "projects"),
        _to("labeler_id", "users"),
        sa.PrimaryKeyConstraint("project_id", "labeler_id", name="pk_labeler_standings"),
    )
    op.add_column("leases", sa.Column("suggestion_draw", JSON, nullable=True))
    op.add_column("labels", sa.Column("suggestion_draw", JSON, nullable=True))
    is_drawn = sa.text("suggestion_draw IS NOT NULL")
    op.create_index(
        "ix_labels_suggestion_draw", "labels", ["project_id", "id"], sqlite_where=is_drawn, postgresql_where=is_drawn
    )


def downgrade() -> None:
    op.drop_index("ix_labels_suggestion_draw", "labels")
    op.drop_column("labels", "suggestion_draw")
    op.drop_column("leases", "suggestion_draw")
    op.drop_table("labeler_standings")
