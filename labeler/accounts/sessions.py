"""Logging in and out, slowed down and locked after failures (G14)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts import attempts
from labeler.accounts.audit import Audited, audit
from labeler.accounts.auth import Caller, remembered
from labeler.accounts.secrets import digest, new_token
from labeler.accounts.tables import sessions, users
from labeler.accounts.users import end_sessions
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.errors import NotFound
from labeler.kit.events import emit
from labeler.wire.accounts import SessionOut

ID_SIGNS = 16
"""Of a session's hash: what names it to its owner, and opens nothing."""


@dataclass(frozen=True)
class Client:
    """Where somebody logs in from: a network address, and the name of the browser, as far as it says one."""

    address: str
    browser: str = ""


@dataclass(frozen=True)
class Opened:
    """A new session: its cookie value (not stored), and whose it is."""

    token: str
    user_id: int


def begin(tx: Connection, email: str, address: str, settings: Settings) -> Any:
    """Count an attempt; the account's row (None when there is none). Raises `TooManyAttempts` when locked."""
    attempts.begin(tx, email, address, settings)
    wanted = sa.select(users.c.id, users.c.email, users.c.name, users.c.password_hash)
    return tx.execute(wanted.where(users.c.email == email, users.c.active)).one_or_none()


def begin_inside(tx: Connection, user_id: int, settings: Settings) -> str | None:
    """Count an attempt to name one's own password; its hash. Raises `TooManyAttempts`."""
    attempts.begin_inside(tx, user_id, settings)
    stored: str | None = tx.execute(sa.select(users.c.password_hash).where(users.c.id == user_id)).scalar_one()
    return stored


def note_failure(tx: Connection, email: str, address: str, method: str = "password", reason: str = "") -> None:
    why = {"reason": reason} if reason else {}
    emit(tx, Audited("login.failed", None, email[:254], address, detail={"method": method, **why}))


def open_session(
    tx: Connection, user_id: int, email: str, client: Client, settings: Settings, method: str = "password"
) -> Opened:
    """method: how somebody showed who they are, for the audit trail."""
    token = new_token("lse")
    row = {
        "token_hash": digest(token),
        "user_id": user_id,
        "csrf_token": new_token("csrf")[:60],
        "browser": client.browser,
        "created_at": clock(),
        "expires_at": clock(settings.session_days * 86_400),
    }
    tx.execute(sa.delete(sessions).where(sessions.c.expires_at < clock()))
    tx.execute(sa.insert(sessions).values(row))
    attempts.succeed(tx, email, client.address, settings)
    emit(tx, Audited("login", user_id, email, client.address, detail={"method": method}))
    return Opened(token, user_id)


def close_session(tx: Connection, credential: str) -> None:
    tx.execute(sa.delete(sessions).where(sessions.c.token_hash == credential))
    remembered.forget()


def list_sessions(tx: Connection, caller: Caller) -> list[SessionOut]:
    """Where the account is logged in: this session first, then the newest."""
    mine = sa.select(sessions).where(sessions.c.user_id == caller.user_id, sessions.c.expires_at > clock())
    rows = tx.execute(mine.order_by(sessions.c.created_at.desc())).all()
    found = [
        SessionOut(
            id=row.token_hash[:ID_SIGNS],
            current=row.token_hash == caller.credential,
            browser=row.browser,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.current)


def close_one(tx: Connection, caller: Caller, session_id: str) -> None:
    """End one session of the account. Raises `NotFound` where it has none of this id."""
    mine = (sessions.c.user_id == caller.user_id, sa.func.substr(sessions.c.token_hash, 1, ID_SIGNS) == session_id)
    if tx.execute(sa.delete(sessions).where(*mine)).rowcount == 0:
        raise NotFound("You are not logged in there any more.")
    remembered.forget()
    audit(tx, caller, "session.ended", target=caller.email)


def close_others(tx: Connection, caller: Caller) -> None:
    """End every session of the account but the one that asks."""
    end_sessions(tx, caller.user_id, but=caller.credential)
    audit(tx, caller, "sessions.ended", target=caller.email)
