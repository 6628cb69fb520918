"""Who may come in: users, their sessions, tokens and invitations, memberships, and the audit trail."""

import sqlalchemy as sa

from labeler.kit.columns import Id, Json, Timestamp, created_at, deadline, id_column, metadata, reference

ROLES = ("admin", "manager", "labeler", "reader")
users = sa.Table(
    "users",
    metadata,
    id_column(),
    sa.Column("email", sa.String(254), nullable=False, unique=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    # person, pipeline, heuristic, model, llm, simulated
    sa.Column("kind", sa.String(16), nullable=False, server_default="person"),
    sa.Column("password_hash", sa.String(200), nullable=True),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    created_at(),
)

# Who somebody is at an OpenID Connect provider (labeler/oidc).
identities = sa.Table(
    "identities",
    metadata,
    id_column(),
    sa.Column("issuer", sa.String(500), nullable=False),
    sa.Column("subject", sa.String(255), nullable=False),
    reference("user_id", "users.id"),
    # As the provider gave it at the last log-in.
    sa.Column("email", sa.String(254), nullable=False),
    # Whether a group was what let its owner in at the first log-in: without one they may not come in again.
    sa.Column("by_group", sa.Boolean, nullable=False),
    created_at(),
    created_at("last_at"),
    sa.UniqueConstraint("issuer", "subject"),
    sa.Index("ix_identities_user_id", "user_id"),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    reference("user_id", "users.id"),
    created_at(),
    deadline("expires_at"),
    sa.Column("used_at", Timestamp, nullable=True),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    reference("user_id", "users.id"),
    sa.Column("csrf_token", sa.String(64), nullable=False),
    sa.Column("browser", sa.String(64), nullable=False, server_default=""),
    created_at(),
    deadline("expires_at"),
)

api_tokens = sa.Table(
    "api_tokens",
    metadata,
    id_column(),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("prefix", sa.String(16), nullable=False),
    reference("user_id", "users.id"),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("scopes", Json, nullable=False),
    reference("project_id", "projects.id", nullable=True),
    created_at(),
    sa.Column("expires_at", Timestamp, nullable=True),
    sa.Column("last_used_at", Timestamp, nullable=True),
    sa.Column("revoked_at", Timestamp, nullable=True),
    # Whether a program gives the labels that are sent with it.
    sa.Column("program", sa.Boolean, nullable=False, server_default=sa.false()),
    # The token it was made with: what ends one ends the other.
    sa.Column("parent_id", Id, nullable=True),
    sa.Index("ix_api_tokens_parent_id", "parent_id"),
)

members = sa.Table(
    "members",
    metadata,
    reference("project_id", "projects.id"),
    reference("user_id", "users.id"),
    sa.Column("role", sa.String(16), nullable=False),
    created_at(),
    sa.PrimaryKeyConstraint("project_id", "user_id"),
    sa.Index("ix_members_user_id", "user_id"),
)

login_failures = sa.Table(
    "login_failures",
    metadata,
    sa.Column("subject", sa.String(300), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    deadline("last_at"),
    deadline("locked_until", nullable=True),
)

audit_events = sa.Table(
    "audit_events",
    metadata,
    id_column(),
    created_at("at"),
    sa.Column("actor_id", Id, nullable=True),
    sa.Column("actor", sa.String(254), nullable=False),
    sa.Column("address", sa.String(64), nullable=False),
    sa.Column("action", sa.String(64), nullable=False),
    sa.Column("project_id", Id, nullable=True),
    sa.Column("target", sa.String(300), nullable=False, server_default=""),
    sa.Column("detail", Json, nullable=False),
    sa.Index("ix_audit_events_project_id_id", "project_id", "id"),
)

# Answers to writes that named an `Idempotency-Key` (G2): repeating one returns the first answer.
answers = sa.Table(
    "answers",
    metadata,
    reference("user_id", "users.id"),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("body", Json, nullable=True),
    created_at(moves=True),
    sa.PrimaryKeyConstraint("user_id", "key"),
    sa.Index("ix_answers_created_at", "created_at"),
)
