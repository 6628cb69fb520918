"""What is due, and what becomes of it after an attempt: the schedule of retries, and when a webhook is turned off.

Two pauses with different ends. A *delivery* that was not taken comes again after seconds, minutes, hours, eight times
over a day, and is given up. A *webhook* whose receiver does not take what it is sent is let alone for a second, then
two, up to five minutes, so that a receiver that is down is not asked for every event that waits, and one event that it
never takes holds up the others for a second only.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import Audited
from labeler.kit.columns import Timestamp, clock
from labeler.kit.events import emit
from labeler.projects.tables import projects
from labeler.webhooks.addresses import host_of
from labeler.webhooks.tables import webhook_deliveries, webhooks
from labeler.webhooks.transport import Outcome

AGAIN = (5, 300, 1800, 7200, 5 * 3600, 8 * 3600, 8 * 3600)
"""Seconds until a delivery that was not taken comes again: after the seventh time it is given up."""
LONGEST_PAUSE = 300.0
MOST_ASKED = 3600.0  # of `Retry-After`
JITTER = 0.2
OFF_AFTER_DAYS = 5
BATCH = 50


@dataclass(frozen=True)
class Target:
    """Where to send, signed with what."""

    id: int
    url: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """How it went with a delivery (a row of the table as it was)."""

    row: Any
    outcome: Outcome


def ready(tx: Connection, busy: Sequence[int]) -> list[int]:
    """Webhooks that something can be sent to now, but for those that are `busy`."""
    mine = (webhook_deliveries.c.webhook_id == webhooks.c.id, *_due())
    on = (webhooks.c.active, projects.c.deleted_at.is_(None), webhooks.c.id.not_in(busy))
    rested = sa.or_(webhooks.c.paused_until.is_(None), webhooks.c.paused_until <= clock())
    statement = sa.select(webhooks.c.id).join(projects, projects.c.id == webhooks.c.project_id).where(*on, rested)
    return list(tx.execute(statement.where(sa.exists().where(*mine)).order_by(webhooks.c.id)).scalars())


def _due() -> tuple[Any, ...]:
    return webhook_deliveries.c.state == "waiting", webhook_deliveries.c.next_at <= clock()


def take(tx: Connection, webhook_id: int) -> tuple[Target, list[Any]] | None:
    """A webhook and what is due to it, in order; None: it is gone or off."""
    known = sa.select(webhooks, sa.type_coerce(clock(), Timestamp).label("now"))
    row = tx.execute(known.where(webhooks.c.id == webhook_id, webhooks.c.active)).one_or_none()
    if row is None:
        return None
    is_good = row.previous_until is not None and row.previous_until > row.now
    keys = (row.secret, row.previous_secret) if is_good else (row.secret,)
    due = sa.select(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id, *_due())
    due = due.order_by(webhook_deliveries.c.turn, webhook_deliveries.c.id).limit(BATCH)
    return Target(row.id, row.url, keys), list(tx.execute(due))


def record(tx: Connection, webhook_id: int, attempts: Sequence[Attempt]) -> bool:
    """Store how a row of attempts went, of which the last may have failed; returns whether to go on."""
    hook = tx.execute(sa.select(webhooks).where(webhooks.c.id == webhook_id)).one_or_none()
    if hook is None:
        return False
    taken = [one for one in attempts if one.outcome.error is None]
    failed = [one for one in attempts if one.outcome.error is not None]
    if taken:
        tx.execute(_set(), [_values(one, "delivered", None) for one in taken])
        values: dict[str, Any] = {"delivered": webhooks.c.delivered + len(taken)}
        if hook.failures:
            values |= {"failures": 0, "failing_since": None, "paused_until": None}
        tx.execute(sa.update(webhooks).where(webhooks.c.id == webhook_id).values(values))
    for one in failed:
        _fail(tx, webhook_id, one)
    return bool(hook.active) and not failed


def _set() -> Any:
    """Only what is still as it was when it was sent: somebody may have asked for it once more meanwhile."""
    is_same = webhook_deliveries.c.attempts == sa.bindparam("known")
    names = ("state", "tries", "next_at", "response_status", "error", "duration_ms")
    return (
        sa.update(webhook_deliveries)
        .where(webhook_deliveries.c.id == sa.bindparam("delivery"), is_same, webhook_deliveries.c.state == "waiting")
        .values(
            attempts=webhook_deliveries.c.attempts + 1,
            attempted_at=clock(),
            turn=1,
            **{name: sa.bindparam(f"new_{name}", type_=webhook_deliveries.c[name].type) for name in names},
        )
    )


def _values(one: Attempt, state: str, next_at: Any) -> dict[str, Any]:
    return {
        "delivery": one.row.id,
        "known": one.row.attempts,
        "new_state": state,
        "new_tries": one.row.tries + 1,
        "new_next_at": next_at,
        "new_response_status": one.outcome.status,
        "new_error": one.outcome.error,
        "new_duration_ms": one.outcome.duration_ms,
    }


def _fail(tx: Connection, webhook_id: int, one: Attempt) -> None:
    known = sa.select(sa.type_coerce(clock(), Timestamp), webhooks.c.failures, webhooks.c.failing_since)
    now, failures, failing_since = tx.execute(known.where(webhooks.c.id == webhook_id)).one()
    tries = one.row.tries + 1
    is_over = one.outcome.is_gone or tries > len(AGAIN)
    later = None if is_over else now + timedelta(seconds=_jittered(AGAIN[tries - 1]))
    tx.execute(_set(), [_values(one, "failed" if is_over else "waiting", later)])
    rest = max(_jittered(min(2.0 ** min(failures, 20), LONGEST_PAUSE)), min(one.outcome.wait, MOST_ASKED))
    mine = sa.update(webhooks).where(webhooks.c.id == webhook_id)
    tx.execute(
        mine.values(
            failures=webhooks.c.failures + 1,
            failing_since=failing_since or now,
            paused_until=now + timedelta(seconds=rest),
            failed=webhooks.c.failed + int(is_over),
        )
    )
    if one.outcome.is_gone:
        turn_off(tx, webhook_id, "gone")
    elif failing_since is not None and now - failing_since > timedelta(days=OFF_AFTER_DAYS):
        turn_off(tx, webhook_id, "failing")


def turn_off(tx: Connection, webhook_id: int, reason: str) -> None:
    """By the service itself; who manages the project sees why. What waits stays, for when it is turned on again."""
    off = sa.update(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.active)
    row = tx.execute(
        off.values(active=False, off_reason=reason, off_at=clock()).returning(webhooks.c.project_id, webhooks.c.url)
    ).one_or_none()
    if row is not None:
        emit(
            tx,
            Audited("webhook.off", None, "labeler", "", row.project_id, host_of(row.url), {"reason": reason}),
        )


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)
