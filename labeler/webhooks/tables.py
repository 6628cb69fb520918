"""Webhooks of projects, what is sent to each, and how far the outbox has been read.

Secrets are stored as they are, since signing needs them: a hash can't sign. They are protected as password hashes
are: the database file and backups are readable by the service's user alone, and no answer (but the one that shows a
secret once), log line, audit row, export or payload holds one.
"""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, deadline, id_column, metadata, reference

webhooks = sa.Table(
    "webhooks",
    metadata,
    id_column(),
    reference("project_id", "projects.id"),
    sa.Column("url", sa.String(2000), nullable=False),
    sa.Column("events", Json, nullable=False),  # names, or "*" alone: all
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("secret", sa.String(80), nullable=False),
    sa.Column("previous_secret", sa.String(80), nullable=True),  # signs as well, until previous_until
    deadline("previous_until", nullable=True),
    sa.Column("after", Id, nullable=False),  # it is told of rows of the outbox after this one
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # since the last success
    deadline("failing_since", nullable=True),
    deadline("paused_until", nullable=True),  # after a failure: nothing is sent before
    sa.Column("off_reason", sa.String(16), nullable=True),  # why the service turned it off: gone, failing
    sa.Column("off_at", Timestamp, nullable=True),
    sa.Column("delivered", Id, nullable=False, server_default="0"),  # how many, ever
    sa.Column("failed", Id, nullable=False, server_default="0"),
    sa.Column("created_by", Id, nullable=True),
    created_at(),
    sa.Index("ix_webhooks_project_id", "project_id"),
)

webhook_deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    id_column(),
    reference("webhook_id", "webhooks.id"),
    sa.Column("message_id", sa.String(40), nullable=False),  # random: no number comes again after a restore
    sa.Column("event", sa.String(64), nullable=False),
    sa.Column("at", Timestamp, nullable=False),  # when it happened
    sa.Column("data", Json, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, server_default="waiting"),  # waiting, delivered, failed
    sa.Column("turn", sa.SmallInteger, nullable=False, server_default="1"),  # 0: by hand, somebody looks at it now
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),  # since it was last asked for
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    deadline("next_at", nullable=True),
    sa.Column("attempted_at", Timestamp, nullable=True),
    sa.Column("response_status", sa.Integer, nullable=True),
    sa.Column("error", sa.Text, nullable=True),
    sa.Column("duration_ms", sa.Integer, nullable=True),
    created_at(moves=True),
    sa.Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
)
sa.Index(
    "ix_webhook_deliveries_waiting",
    webhook_deliveries.c.webhook_id,
    webhook_deliveries.c.turn,
    webhook_deliveries.c.id,
    sqlite_where=webhook_deliveries.c.state == "waiting",
    postgresql_where=webhook_deliveries.c.state == "waiting",
)

# One row. read_to: up to which id of the outbox. holder: the worker that reads and sends, until its lease ends.
webhook_reader = sa.Table(
    "webhook_reader",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("read_to", Id, nullable=False),
    sa.Column("holder", sa.String(128), nullable=True),
    deadline("lease_until", nullable=True),
)
