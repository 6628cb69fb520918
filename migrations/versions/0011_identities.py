"""Accounts are bound to identities at an OpenID Connect provider, and have roles that groups gave."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _user() -> sa.Column[int]:
    return sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False)


def _at(name: str = "created_at") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        _user(),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("by_group", sa.Boolean(), nullable=False),
        _at(),
        _at("last_at"),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_index("ix_identities_user_id", "identities", ["user_id"])
    op.create_table(
        "group_roles",
        _user(),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("by_hand", sa.String(16), nullable=True),
        _at(),
        sa.PrimaryKeyConstraint("user_id", "project_id"),
    )
    op.create_table(
        "provider_sessions",
        sa.Column(
            "token_hash", sa.String(64), sa.ForeignKey("sessions.token_hash", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("id_token", sa.Text(), nullable=False),
        _at("ends_at"),
    )
    op.create_table("used_logins", sa.Column("state_hash", sa.String(64), primary_key=True), _at())


def downgrade() -> None:
    """What groups gave goes too: nobody could take it back afterwards."""
    members, users, given = (
        sa.table("members", sa.column("user_id"), sa.column("project_id"), sa.column("role")),
        sa.table("users", sa.column("id"), sa.column("role")),
        sa.table("group_roles", sa.column("user_id"), sa.column("project_id"), sa.column("role"), sa.column("by_hand")),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(given)).all():
        if row.project_id == 0:
            mine = sa.and_(users.c.id == row.user_id, users.c.role == row.role)
            connection.execute(sa.update(users).where(mine).values(role=row.by_hand or "labeler"))
            continue
        there = sa.and_(
            members.c.user_id == row.user_id, members.c.project_id == row.project_id, members.c.role == row.role
        )
        if row.by_hand is None:
            connection.execute(sa.delete(members).where(there))
        else:
            connection.execute(sa.update(members).where(there).values(role=row.by_hand))
    for name in ("used_logins", "provider_sessions", "group_roles", "identities"):
        op.drop_table(name)
