"""Short work done at intervals, by exactly one worker each time: `@every(30, "training.sweep")`."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import Schedule, schedules
from labeler.kit.jobs.tables import job_schedules


def due(tx: Connection) -> list[Schedule]:
    """Schedules whose time has come (or that were never run)."""
    waiting = set(tx.execute(sa.select(job_schedules.c.name).where(job_schedules.c.next_at > clock())).scalars())
    return [schedule for schedule in schedules() if schedule.name not in waiting]


def run_due(tx: Connection, schedule: Schedule) -> bool:
    """Run it unless another worker did since; what it writes and its next time are one transaction."""
    first = upsert(tx, job_schedules).values(name=schedule.name, next_at=clock(-1)).on_conflict_do_nothing()
    tx.execute(first)
    taken = (
        sa.update(job_schedules)
        .where(job_schedules.c.name == schedule.name, job_schedules.c.next_at <= clock())
        .values(next_at=clock(schedule.every_seconds))
    )
    if tx.execute(taken).rowcount == 0:
        return False
    schedule.run(tx)
    return True
