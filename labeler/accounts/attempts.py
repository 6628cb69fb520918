"""How often somebody may guess a password (G14, G29).

An attempt is counted before its password is looked at, so that many at once pass no limit. What is locked is an
account *for the address that failed*: its owner gets in from elsewhere, and who has a session is not asked. An
address that fails for many accounts is locked for those that never got in from there, so that behind a proxy, or at one
office's address, a stranger locks out nobody who works there.
"""

import math
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.secrets import digest
from labeler.accounts.tables import login_failures
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.db import upsert
from labeler.kit.errors import TooManyAttempts
from labeler.kit.jobs.registry import every

MORE_FOR_ADDRESSES = 10  # an address fails for several people, an account only for one
SOON = 3  # more failures
DAY = 86_400
KNOWN_DAYS = 180


def _at(kind: str, email: str, address: str) -> str:
    return f"{kind} {digest(f'{email}@{address}')}"


def begin(tx: Connection, email: str, address: str, settings: Settings) -> None:
    """Count an attempt to log in. Raises `TooManyAttempts` where account or address is locked."""
    counted = {_at("account", email, address): settings.login_attempts}
    if not _is_known(tx, email, address):
        counted[_at("address", "", address)] = MORE_FOR_ADDRESSES * settings.login_attempts
    _count(tx, counted, settings.login_lock_seconds)


def may_lock_soon(tx: Connection, email: str, address: str, settings: Settings) -> bool:
    """Whether a few more failures lock the account for this address; the same for an account that there is not."""
    mine = login_failures.c.subject == _at("account", email, address)
    failures = tx.execute(sa.select(login_failures.c.failures).where(mine)).scalar() or 0
    return failures >= settings.login_attempts - SOON


def begin_inside(tx: Connection, user_id: int, settings: Settings) -> None:
    """Count an attempt to name one's own password within a session. Raises `TooManyAttempts`."""
    _count(tx, {f"inside {user_id}": settings.login_attempts}, settings.login_lock_seconds)


def begin_elsewhere(tx: Connection, address: str, settings: Settings) -> None:
    """Count an attempt of an address to come in through another service, which says who it is only afterwards. Raises
    `TooManyAttempts`."""
    most = MORE_FOR_ADDRESSES * settings.login_attempts
    _count(tx, {_at("elsewhere", "", address): most}, settings.login_lock_seconds)


def succeed_elsewhere(tx: Connection, address: str) -> None:
    """It was no failure after all."""
    there = login_failures.c.subject == _at("elsewhere", "", address)
    failures = login_failures.c.failures - 1
    tx.execute(sa.update(login_failures).where(there, failures >= 0).values(failures=failures, locked_until=sa.null()))


def succeed(tx: Connection, email: str, address: str, settings: Settings) -> None:
    """The password was right: the account starts again at none, and is known from there."""
    tx.execute(sa.delete(login_failures).where(login_failures.c.subject == _at("account", email, address)))
    if not _is_known(tx, email, address):
        most = MORE_FOR_ADDRESSES * settings.login_attempts
        failures = login_failures.c.failures - 1
        still = sa.case((failures >= most, login_failures.c.locked_until), else_=sa.null())
        there = login_failures.c.subject == _at("address", "", address)
        tx.execute(sa.update(login_failures).where(there, failures >= 0).values(failures=failures, locked_until=still))
    known = upsert(tx, login_failures).values(subject=_at("known", email, address), failures=0, last_at=clock())
    tx.execute(known.on_conflict_do_update(index_elements=["subject"], set_={"last_at": clock()}))


def succeed_inside(tx: Connection, user_id: int) -> None:
    tx.execute(sa.delete(login_failures).where(login_failures.c.subject == f"inside {user_id}"))


def _is_known(tx: Connection, email: str, address: str) -> bool:
    known = sa.select(login_failures.c.subject).where(login_failures.c.subject == _at("known", email, address))
    return tx.execute(known).first() is not None


def _count(tx: Connection, most: dict[str, int], seconds: int) -> None:
    for subject, limit in most.items():
        row = login_failures.c
        locked = row.locked_until > clock()
        over = sa.or_(row.locked_until.is_not(None), row.last_at < clock(-seconds))
        now_locked = clock(seconds) if limit == 1 else sa.null()
        again = {
            "failures": sa.case((locked, row.failures + 1), (over, 1), else_=row.failures + 1),
            "last_at": sa.case((locked, row.last_at), else_=clock()),
            "locked_until": sa.case(
                (locked, row.locked_until), (over, now_locked), (row.failures + 1 >= limit, clock(seconds)), else_=None
            ),
        }
        first = {"failures": 1, "last_at": clock(), "locked_until": now_locked}
        insert = upsert(tx, login_failures).values(subject=subject, **first)
        counted = insert.on_conflict_do_update(index_elements=["subject"], set_=again)
        found = tx.execute(counted.returning(row.failures, row.locked_until)).one()
        if found.failures > limit:
            left = math.ceil((found.locked_until - datetime.now(UTC)).total_seconds())
            raise TooManyAttempts(
                "Too many failed log-ins. Wait a few minutes and try again.", retry_after=min(max(left, 1), seconds)
            )


@every(3600, "accounts.forget_failures")
def forget_failures(tx: Connection) -> None:
    """Failures older than a day are dropped, and from where people came half a year ago."""
    known = login_failures.c.subject.startswith("known ")
    age = sa.case((known, clock(-KNOWN_DAYS * DAY)), else_=clock(-DAY))
    tx.execute(sa.delete(login_failures).where(login_failures.c.last_at < age))
