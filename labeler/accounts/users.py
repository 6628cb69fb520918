"""Accounts and their invitations: people set their own password through a link that works once."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from labeler.accounts import attempts
from labeler.accounts.audit import Audited, audit
from labeler.accounts.auth import Caller, remembered
from labeler.accounts.secrets import digest, hash_password, new_token
from labeler.accounts.tables import api_tokens, identities, invitations, sessions, users
from labeler.kit.columns import clock
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.events import Event, emit
from labeler.wire.accounts import UserChange, UserIn, UserOut

_invited_until = (
    sa.select(sa.func.max(invitations.c.expires_at))
    .where(invitations.c.user_id == users.c.id, invitations.c.used_at.is_(None))
    .scalar_subquery()
)
COLUMNS: list[sa.ColumnElement[Any]] = [
    *(column for column in users.c if column.name != "password_hash"),
    users.c.password_hash.is_not(None).label("has_password"),
    sa.exists().where(identities.c.user_id == users.c.id).label("has_identity"),
    _invited_until.label("invited_until"),
]


@dataclass(frozen=True)
class UserDeactivated(Event):
    """An account can't be used any more. Its work stays."""

    name: ClassVar[str] = "user.deactivated"
    user_id: int


def user_out(row: Any) -> UserOut:
    return UserOut.model_validate(dict(row._mapping), extra="ignore")


def get_user(tx: Connection, user_id: int) -> UserOut:
    row = tx.execute(sa.select(*COLUMNS).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no account {user_id}.")
    return user_out(row)


def find_user(tx: Connection, email: str) -> UserOut | None:
    row = tx.execute(sa.select(*COLUMNS).where(users.c.email == email.strip().lower())).one_or_none()
    return None if row is None else user_out(row)


def list_users(tx: Connection) -> list[UserOut]:
    return [user_out(row) for row in tx.execute(sa.select(*COLUMNS).order_by(users.c.id))]


def add_user(
    tx: Connection, email: str, name: str, role: str, *, kind: str = "person", password: str | None = None
) -> UserOut:
    """Add an account; without a password it can only be entered through an invitation."""
    email = email.strip().lower()
    if find_user(tx, email) is not None:
        raise Conflict(f"There is already an account {email}.")
    values = {"email": email, "name": name, "role": role, "kind": kind, "active": True, "created_at": clock()}
    if password is not None:
        values["password_hash"] = hash_password(password, [email, name])
    try:
        user_id = tx.execute(sa.insert(users).values(values).returning(users.c.id)).scalar_one()
    except IntegrityError:
        raise Conflict(f"There is already an account {email}.") from None
    return get_user(tx, user_id)


def create_user(tx: Connection, caller: Caller, body: UserIn, days: int) -> tuple[UserOut, str]:
    user = add_user(tx, body.email, body.name, body.role)
    audit(tx, caller, "user.created", target=user.email, role=user.role)
    token = invite(tx, user.id, days)
    return get_user(tx, user.id), token


def invite(tx: Connection, user_id: int, days: int) -> str:
    """A new invitation; earlier ones of this account stop working. Returns the token, which is not stored."""
    token = new_token("lin")
    tx.execute(sa.delete(invitations).where(invitations.c.user_id == user_id))
    row = {"token_hash": digest(token), "user_id": user_id, "created_at": clock(), "expires_at": clock(days * 86_400)}
    tx.execute(sa.insert(invitations).values(row))
    return token


def invite_again(tx: Connection, caller: Caller, user_id: int, days: int) -> str:
    user = get_user(tx, user_id)
    audit(tx, caller, "user.invited", target=user.email)
    return invite(tx, user_id, days)


def invitee(tx: Connection, token: str) -> UserOut:
    """Whose invitation this is. Raises `NotFound` when it is unknown, used or too old."""
    open_invitation = sa.select(invitations.c.user_id).where(
        invitations.c.token_hash == digest(token),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > clock(),
    )
    user_id = tx.execute(open_invitation).scalar_one_or_none()
    if user_id is None:
        raise NotFound("This invitation was used, has expired, or was replaced. Ask an administrator for a new link.")
    user = get_user(tx, user_id)
    if not user.active:
        raise NotFound("This account is deactivated. Ask an administrator to activate it again.")
    return user


def accept_invitation(tx: Connection, token: str, hashed: str, name: str | None, address: str) -> UserOut:
    """Set the password (hashed) and end whatever was open with the one before."""
    user = invitee(tx, token)
    values: dict[str, Any] = {"password_hash": hashed}
    if name:
        values["name"] = name
    used = sa.update(invitations).where(invitations.c.token_hash == digest(token), invitations.c.used_at.is_(None))
    if tx.execute(used.values(used_at=clock())).rowcount != 1:
        raise NotFound("This invitation was used already.")
    tx.execute(sa.update(users).where(users.c.id == user.id).values(**values))
    end_sessions(tx, user.id)
    end_tokens(tx, user.id)
    emit(tx, Audited("invitation.accepted", user.id, user.email, address))
    return get_user(tx, user.id)


def change_user(tx: Connection, caller: Caller, user_id: int, change: UserChange) -> UserOut:
    before = get_user(tx, user_id)
    values = change.model_dump(exclude_none=True)
    if values:
        last_admin = before.role == "admin" and before.active and count_admins(tx) == 1
        if last_admin and (values.get("role", "admin") != "admin" or values.get("active") is False):
            raise Invalid("This is the last administrator: make somebody else one first.")
        tx.execute(sa.update(users).where(users.c.id == user_id).values(**values))
        if values.get("active") is False:
            end_sessions(tx, user_id)
            emit(tx, UserDeactivated(user_id))
        audit(tx, caller, "user.changed", target=before.email, **values)
        remembered.forget()
    return get_user(tx, user_id)


def unlink(tx: Connection, caller: Caller, user_id: int) -> UserOut:
    """The account is unlinked from its identity at the provider: sessions and tokens end, and the next who proves
    the account's address there, or has its invitation, gets it.

    Raises `NotFound` where it belongs to nobody there, `Invalid` where no administrator could log in afterwards."""
    user = get_user(tx, user_id)
    if not user.has_identity:
        raise NotFound("This account belongs to nobody at the provider.")
    if user.role == "admin" and user.active and not user.has_password and count_admins(tx) == 1:
        raise Invalid("This is the last administrator, who has no password: make somebody else one first.")
    mine = sa.delete(identities).where(identities.c.user_id == user_id)
    gone = tx.execute(mine.returning(identities.c.issuer, identities.c.email)).one()
    end_sessions(tx, user_id)
    end_tokens(tx, user_id)
    audit(tx, caller, "identity.unlinked", target=user.email, issuer=gone.issuer, at_provider=gone.email)
    return get_user(tx, user_id)


def count_admins(tx: Connection) -> int:
    """Administrators who can log in."""
    admins = sa.select(sa.func.count()).where(users.c.role == "admin", users.c.active)
    return tx.execute(admins).scalar_one()


def change_password(tx: Connection, caller: Caller, hashed: str) -> None:
    """Set it and end every other session of the account, and its tokens (G30)."""
    tx.execute(sa.update(users).where(users.c.id == caller.user_id).values(password_hash=hashed))
    attempts.succeed_inside(tx, caller.user_id)
    end_sessions(tx, caller.user_id, but=caller.credential)
    end_tokens(tx, caller.user_id, but=caller.credential)
    audit(tx, caller, "password.changed", target=caller.email)
    remembered.forget()


def rename(tx: Connection, caller: Caller, name: str) -> UserOut:
    """Change one's own name."""
    tx.execute(sa.update(users).where(users.c.id == caller.user_id).values(name=name))
    audit(tx, caller, "user.changed", target=caller.email, name=name)
    remembered.forget()
    return get_user(tx, caller.user_id)


def end_sessions(tx: Connection, user_id: int, but: str = "") -> None:
    tx.execute(sa.delete(sessions).where(sessions.c.user_id == user_id, sessions.c.token_hash != but))
    remembered.forget()


def end_tokens(tx: Connection, user_id: int, but: str = "") -> None:
    """Revoke the account's tokens, and what was made with them: who knew the password may have made them."""
    revoke(tx, sa.and_(api_tokens.c.user_id == user_id, api_tokens.c.token_hash != but))


def revoke(tx: Connection, condition: Any) -> None:
    """Revoke tokens, and those that were made with them, and so on."""
    made = sa.select(api_tokens.c.id).where(condition).cte("made", recursive=True)
    made = made.union(sa.select(api_tokens.c.id).where(api_tokens.c.parent_id == made.c.id))
    mine = sa.update(api_tokens).where(api_tokens.c.id.in_(sa.select(made.c.id)), api_tokens.c.revoked_at.is_(None))
    tx.execute(mine.values(revoked_at=clock()))
    remembered.forget()


def kind_of_account(tx: Connection, user_id: int) -> str:
    return str(tx.execute(sa.select(users.c.kind).where(users.c.id == user_id)).scalar() or "person")
