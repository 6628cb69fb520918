"""Job rows: enqueue, claim, renew, finish, give back. Each is one short transaction.

`attempt` is the fencing token: every write of a running job names it, and a job whose row no longer
carries it has been given to somebody else and must stop (`Fenced`). Why no library: docs/decisions/0011-job-engine.md
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from labeler.kit.columns import clock
from labeler.kit.db import Database, upsert
from labeler.kit.errors import NotFound
from labeler.kit.jobs.stopped import tell_stopped
from labeler.kit.jobs.tables import QUEUED, jobs

MOST_DELAY = 30  # seconds a stream of newer requests can put off the waiting one
MOST_STALLED = 5  # attempts without any progress before a job is given up
LEASE_SECONDS = {"sqlite": 60, "postgresql": 15}


class Fenced(Exception):
    """This attempt no longer owns its job."""


@dataclass(frozen=True)
class Claim:
    id: int
    attempt: int
    kind: str
    project_id: int | None
    args: dict[str, Any]
    created_by: int | None
    saved: Any


def enqueue(
    tx: Connection,
    kind: str,
    args: dict[str, Any] | None = None,
    *,
    project_id: int | None = None,
    dedup: str | None = None,
    lane: str | None = None,
    delay: float = 0,
    created_by: int | None = None,
) -> int:
    """Add a job, in the caller's transaction; returns its id.

    dedup: while a job with the same `dedup` waits, the newer request replaces it. lane: jobs of one lane
    run one after the other.
    """
    row = {
        "kind": kind,
        "args": args or {},
        "project_id": project_id,
        "dedup": dedup,
        "lane": lane,
        "created_by": created_by,
        "run_at": clock(delay),
        "first_at": clock(),
        "created_at": clock(),
        "state": "queued",
    }
    insert = upsert(tx, jobs).values(row)
    if dedup is not None:
        latest = jobs.c.first_at + sa.literal(MOST_DELAY * 1_000_000, sa.BigInteger)
        soonest = sa.case((insert.excluded.run_at < latest, insert.excluded.run_at), else_=latest)
        insert = insert.on_conflict_do_update(
            index_elements=[jobs.c.dedup],
            index_where=QUEUED,
            set_={"args": insert.excluded.args, "run_at": soonest, "created_by": insert.excluded.created_by},
        )
    job_id: int = tx.execute(insert.returning(jobs.c.id)).scalar_one()
    return job_id


def _due(tx: Connection, kinds: Collection[str] | None = None) -> list[Any]:
    running = sa.select(jobs.c.lane).where(jobs.c.state == "running", jobs.c.lane.is_not(None))
    statement = (
        sa.select(jobs.c.id)
        .where(jobs.c.state == "queued", jobs.c.run_at <= clock())
        .where(sa.or_(jobs.c.lane.is_(None), jobs.c.lane.not_in(running)))
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(8)
    )
    if kinds is not None:
        statement = statement.where(jobs.c.kind.in_(kinds))
    return list(tx.execute(statement).scalars())


def anything_due(tx: Connection, kinds: Collection[str] | None = None) -> bool:
    """Whether a claim is worth a write: the idle poll only reads."""
    return bool(_due(tx, kinds))


def claim(db: Database, worker: str, kinds: Collection[str] | None = None) -> Claim | None:
    """Take the next job (kinds: of these alone) whose lane is free, or None. Somebody else being faster is not an
    error."""

    def take(tx: Connection) -> Claim | None:
        for job_id in _due(tx, kinds):
            statement = (
                sa.update(jobs)
                .where(jobs.c.id == job_id, jobs.c.state == "queued")
                .values(
                    state="running",
                    attempt=jobs.c.attempt + 1,
                    stalled=jobs.c.stalled + 1,
                    worker=worker,
                    lease_until=clock(LEASE_SECONDS[tx.dialect.name]),
                    started_at=clock(),
                    cancel_requested=False,
                )
                .returning(jobs)
            )
            row = tx.execute(statement).one_or_none()
            if row is not None:
                return Claim(row.id, row.attempt, row.kind, row.project_id, row.args, row.created_by, row.result)
        return None

    try:
        return db.write(take)
    except IntegrityError:
        return None


def hold(tx: Connection, job_id: int, attempt: int) -> None:
    """Lock the job's row for this transaction; raises `Fenced` unless this attempt still runs it."""
    mine = sa.select(jobs.c.cancel_requested).where(
        jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.state == "running"
    )
    if tx.dialect.name == "postgresql":
        mine = mine.with_for_update()
    if tx.execute(mine).one_or_none() is None:
        raise Fenced(f"job {job_id} attempt {attempt}")


def _set(tx: Connection, job_id: int, attempt: int, **values: Any) -> None:
    statement = (
        sa.update(jobs)
        .where(jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.state == "running")
        .values(**values)
    )
    if tx.execute(statement).rowcount != 1:
        raise Fenced(f"job {job_id} attempt {attempt}")


def progress(
    tx: Connection, job_id: int, attempt: int, done: int, total: int | None = None, message: str | None = None
) -> None:
    values: dict[str, Any] = {"done": done, "stalled": 0}
    if total is not None:
        values["total"] = total
    if message is not None:
        values["message"] = message
    _set(tx, job_id, attempt, **values)


def renew(tx: Connection, job_id: int, attempt: int) -> bool:
    """Lengthen the lease; returns whether somebody asked to cancel the job."""
    _set(tx, job_id, attempt, lease_until=clock(LEASE_SECONDS[tx.dialect.name]))
    return cancel_wanted(tx, job_id)


def cancel_wanted(tx: Connection, job_id: int) -> bool:
    wanted = sa.select(jobs.c.cancel_requested).where(jobs.c.id == job_id)
    return bool(tx.execute(wanted).scalar_one_or_none())


def save(tx: Connection, job_id: int, attempt: int, saved: Any, *, done: int, total: int | None, message: str) -> None:
    """Store how far the job is together with what it did so far: the next attempt is handed `saved`."""
    _set(tx, job_id, attempt, result=saved, done=done, total=total, message=message, stalled=0)


def finish(tx: Connection, job_id: int, attempt: int, result: Any) -> None:
    _set(tx, job_id, attempt, state="done", result=result, finished_at=clock(), message="done")


def fail(tx: Connection, job_id: int, attempt: int, error: str) -> None:
    _set(tx, job_id, attempt, state="failed", error=error, finished_at=clock())
    tell_stopped(tx, job_id)


def mark_cancelled(tx: Connection, job_id: int, attempt: int) -> None:
    _set(tx, job_id, attempt, state="cancelled", finished_at=clock(), message="cancelled")
    tell_stopped(tx, job_id)


def give_back(tx: Connection, job_id: int, attempt: int) -> bool:
    """The attempt died: the job waits again, gives way to a newer request, or is given up after five.

    Returns False when the attempt was over already.
    """
    current = sa.select(jobs).where(jobs.c.id == job_id, jobs.c.attempt == attempt, jobs.c.state == "running")
    row = tx.execute(current).one_or_none()
    if row is None:
        return False
    if row.cancel_requested:
        mark_cancelled(tx, job_id, attempt)
    elif row.stalled >= MOST_STALLED:
        reason = f"stopped {row.stalled} times in a row without getting any further"
        fail(tx, job_id, attempt, f"{reason}: the process was killed, or ran out of memory")
    elif row.dedup is not None and _waiting(tx, row.dedup):
        _set(tx, job_id, attempt, state="superseded", finished_at=clock(), message="a newer one waits")
    else:
        # At once the first time (a restart); later with a growing pause, so that a full disk can be mended.
        _queue_again(tx, job_id, attempt, 0 if row.stalled <= 1 else min(4 ** (row.stalled - 2), 60))
    return True


def _queue_again(tx: Connection, job_id: int, attempt: int, pause: float, **values: Any) -> None:
    try:
        with tx.begin_nested():
            _set(tx, job_id, attempt, state="queued", worker=None, lease_until=None, run_at=clock(pause), **values)
    except IntegrityError:  # a newer request came in after the look
        _set(tx, job_id, attempt, state="superseded", finished_at=clock(), message="a newer one waits")


def others_wait(tx: Connection, seconds: float, patient: Collection[str] = (), patience: float = 0) -> bool:
    """Whether a job that could run has waited for a worker for so long; patient kinds count after `patience`."""
    is_patient = jobs.c.kind.in_(patient)
    long = sa.case((is_patient, jobs.c.run_at <= clock(-patience)), else_=jobs.c.run_at <= clock(-seconds))
    return tx.execute(sa.select(jobs.c.id).where(jobs.c.id.in_(_due(tx)), long)).first() is not None


def postpone(tx: Connection, job_id: int, attempt: int, pause: float) -> None:
    """Let others go first: the job waits again, with what it saved, unless it was cancelled."""
    if cancel_wanted(tx, job_id):
        mark_cancelled(tx, job_id, attempt)
    else:
        _queue_again(tx, job_id, attempt, pause, stalled=0, message="lets others go first")


def _waiting(tx: Connection, dedup: str) -> bool:
    waiting = sa.select(jobs.c.id).where(jobs.c.dedup == dedup, jobs.c.state == "queued")
    return tx.execute(waiting).first() is not None


def give_back_expired(tx: Connection) -> int:
    """Jobs whose lease ran out: their machine is lost. Returns how many were given back."""
    expired = sa.select(jobs.c.id, jobs.c.attempt).where(jobs.c.state == "running", jobs.c.lease_until < clock())
    if tx.dialect.name == "postgresql":
        expired = expired.with_for_update(skip_locked=True)
    return _give_back_all(tx, expired)


def give_back_of(tx: Connection, worker_prefix: str, except_worker: str) -> int:
    """Jobs of former owners of a worker slot, known to be dead since their file lock is free."""
    dead = sa.select(jobs.c.id, jobs.c.attempt).where(
        jobs.c.state == "running",
        jobs.c.worker.startswith(worker_prefix, autoescape=True),
        jobs.c.worker != except_worker,
    )
    return _give_back_all(tx, dead)


def _give_back_all(tx: Connection, which: Any) -> int:
    rows = tx.execute(which).all()
    for row in rows:
        give_back(tx, row.id, row.attempt)
    return len(rows)


def cancel(tx: Connection, job_id: int) -> None:
    """Cancel a waiting job at once, a running one as soon as its worker hears of it (within a second)."""
    waiting = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.state == "queued")
    if tx.execute(waiting.values(state="cancelled", finished_at=clock(), message="cancelled")).rowcount:
        tell_stopped(tx, job_id)
        return
    running = sa.update(jobs).where(jobs.c.id == job_id, jobs.c.state == "running")
    tx.execute(running.values(cancel_requested=True, message="cancelling"))


def get(tx: Connection, job_id: int) -> Any:
    row = tx.execute(sa.select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    return row


def recent(
    tx: Connection,
    project_ids: list[int] | None,
    state: str | None,
    before: int | None,
    limit: int,
    kinds: Collection[str] | None = None,
) -> list[Any]:
    """Jobs of these projects and kinds (None: all), newest first; `before` is the id the last page ended with."""
    statement = sa.select(jobs).order_by(jobs.c.id.desc()).limit(limit)
    if project_ids is not None:
        statement = statement.where(jobs.c.project_id.in_(project_ids))
    if state is not None:
        statement = statement.where(jobs.c.state == state)
    if kinds is not None:
        statement = statement.where(jobs.c.kind.in_(kinds))
    if before is not None:
        statement = statement.where(jobs.c.id < before)
    return list(tx.execute(statement))
