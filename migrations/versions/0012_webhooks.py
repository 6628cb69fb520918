"""Webhooks; ids of the outbox are never given out twice, so that a reader's place in it stays good."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
TIME = sa.BigInteger()


def upgrade() -> None:
    _outbox(autoincrement=True)
    op.create_table(
        "webhooks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("project_id", ID, nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("events", JSON, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(80), nullable=False),
        sa.Column("previous_secret", sa.String(80), nullable=True),
        sa.Column("previous_until", TIME, nullable=True),
        sa.Column("after", ID, nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("paused_until", TIME, nullable=True),
        sa.Column("off_reason", sa.String(16), nullable=True),
        sa.Column("off_at", TIME, nullable=True),
        sa.Column("delivered", ID, server_default="0", nullable=False),
        sa.Column("failed", ID, server_default="0", nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_webhooks_project_id_projects", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index("ix_webhooks_project_id", "webhooks", ["project_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("webhook_id", ID, nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("state", sa.String(16), server_default="waiting", nullable=False),
        sa.Column("turn", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("attempted_at", TIME, nullable=True),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id_webhooks", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
    )
    op.create_index("ix_webhook_deliveries_webhook_id_id", "webhook_deliveries", ["webhook_id", "id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_webhook_deliveries_waiting",
        "webhook_deliveries",
        ["webhook_id", "turn", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    reader = op.create_table(
        "webhook_reader",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("read_to", ID, nullable=False),
        sa.Column("holder", sa.String(128), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_reader"),
    )
    op.bulk_insert(reader, [{"id": 1, "read_to": 0}])


def downgrade() -> None:
    for gone in ("webhook_reader", "webhook_deliveries", "webhooks"):
        op.drop_table(gone)
    _outbox(autoincrement=False)


def _outbox(*, autoincrement: bool) -> None:
    """SQLite gives the id of a deleted last row out again, unless the table says otherwise when it is made."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table(
        "outbox_copy",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("project_id", ID, nullable=True),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=autoincrement,
    )
    op.execute("INSERT INTO outbox_copy SELECT id, name, project_id, payload, created_at FROM outbox")
    op.drop_table("outbox")
    op.rename_table("outbox_copy", "outbox")
