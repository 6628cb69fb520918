"""Logging in and out, slowed down and locked after failures (G14)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited, audit
from labeler.accounts.auth import Caller, remembered
from labeler.accounts.secrets import digest, new_token, password_matches
from labeler.accounts.tables import login_failures, sessions, users
from labeler.accounts.users import end_sessions
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import upsert
from labeler.kit.errors import TooManyAttempts
from labeler.kit.events import emit
from labeler.wire.accounts import SessionOut


@dataclass(frozen=True)
class Opened:
    """A new session: its cookie value (not stored), and whose it is."""

    token: str
    user_id: int


def refuse_when_locked(tx: Connection, subjects: list[str]) -> None:
    locked = sa.select(login_failures.c.subject).where(
        login_failures.c.subject.in_(subjects), login_failures.c.locked_until > clock()
    )
    if tx.execute(locked).first() is not None:
        raise TooManyAttempts("Too many failed log-ins. Wait a few minutes and try again.")


def find_password(tx: Connection, email: str, subjects: list[str]) -> Any:
    """The account's id and password hash (None when there is none); raises `TooManyAttempts` when locked."""
    refuse_when_locked(tx, subjects)
    wanted = sa.select(users.c.id, users.c.password_hash).where(users.c.email == email, users.c.active)
    return tx.execute(wanted).one_or_none()


def subjects_of(email: str, address: str) -> list[str]:
    return [f"account {email[:254]}", f"address {address}"]


def note_failure(tx: Connection, email: str, address: str, settings: Settings) -> None:
    """Count a failed log-in for the account and, ten times more patiently, for the address."""
    for subject, most in zip(
        subjects_of(email, address), (settings.login_attempts, 10 * settings.login_attempts), strict=True
    ):
        insert = upsert(tx, login_failures).values(subject=subject, failures=1, last_at=clock(), locked_until=None)
        fresh = login_failures.c.last_at < clock(-settings.login_lock_seconds)
        failures = sa.case((fresh, 1), else_=login_failures.c.failures + 1)
        locked = sa.case((failures >= most, clock(settings.login_lock_seconds)), else_=sa.null())
        update = {"failures": failures, "last_at": clock(), "locked_until": locked}
        tx.execute(insert.on_conflict_do_update(index_elements=["subject"], set_=update))
    emit(tx, Audited("login.failed", None, email[:254], address))


def open_session(tx: Connection, user_id: int, email: str, address: str, settings: Settings) -> Opened:
    token = new_token("lse")
    row = {
        "token_hash": digest(token),
        "user_id": user_id,
        "csrf_token": new_token("csrf")[:60],
        "created_at": clock(),
        "expires_at": clock(settings.session_days * 86_400),
    }
    tx.execute(sa.delete(sessions).where(sessions.c.expires_at < clock()))
    tx.execute(sa.insert(sessions).values(row))
    tx.execute(sa.delete(login_failures).where(login_failures.c.subject == f"account {email}"))
    emit(tx, Audited("login", user_id, email, address))
    return Opened(token, user_id)


def close_session(tx: Connection, credential: str) -> None:
    tx.execute(sa.delete(sessions).where(sessions.c.token_hash == credential))
    remembered.forget()


def list_sessions(tx: Connection, caller: Caller) -> list[SessionOut]:
    """Where the account is logged in: this session first, then the newest."""
    mine = sa.select(sessions).where(sessions.c.user_id == caller.user_id, sessions.c.expires_at > clock())
    rows = tx.execute(mine.order_by(sessions.c.created_at.desc())).all()
    found = [
        SessionOut(current=row.token_hash == caller.credential, created_at=row.created_at, expires_at=row.expires_at)
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.current)


def close_others(tx: Connection, caller: Caller) -> None:
    """End every session of the account but the one that asks."""
    end_sessions(tx, caller.user_id, but=caller.credential)
    audit(tx, caller, "sessions.ended", target=caller.email)


def verify(password: str, row: Any) -> bool:
    """Takes the time of one argon2id hash whether or not there is such an account."""
    return password_matches(password, None if row is None else row.password_hash)
