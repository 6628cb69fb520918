"""What groups at an OpenID Connect provider gave, and sessions that began there."""

import sqlalchemy as sa

from labeler.kit.columns import created_at, deadline, metadata, reference

# A role that groups gave, and the one by hand beneath it, which is there again when the groups' is gone.
group_roles = sa.Table(
    "group_roles",
    metadata,
    reference("user_id", "users.id"),
    # 0: the role in the installation. (No key of a database takes NULL as a value.)
    sa.Column("project_id", sa.BigInteger, nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("by_hand", sa.String(16), nullable=True),
    created_at(),
    sa.PrimaryKeyConstraint("user_id", "project_id"),
)

# The id token says to the provider whose session it is that ends; it is kept as long as the session here.
provider_sessions = sa.Table(
    "provider_sessions",
    metadata,
    sa.Column("token_hash", sa.String(64), sa.ForeignKey("sessions.token_hash", ondelete="CASCADE"), primary_key=True),
    sa.Column("id_token", sa.Text, nullable=False),
    # However much it is used until then: who left the organization is asked there again.
    deadline("ends_at"),
)

# Log-ins that came back from the provider: none comes back twice.
used_logins = sa.Table(
    "used_logins",
    metadata,
    sa.Column("state_hash", sa.String(64), primary_key=True),
    created_at(moves=True),
)
