"""How many items still need a label: counted off the labelers' path, at most every few seconds."""

import asyncio
import time

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.db import Database
from labeler.queue.tables import campaign_groups, campaign_items

EVERY_SECONDS = 2.0
_open = sa.select(sa.func.count()).where(items.c.project_id == sa.bindparam("project"), items.c.needed > 0)
_again = (
    sa.select(sa.func.count())
    .select_from(campaign_groups.join(campaign_items, campaign_items.c.group_id == campaign_groups.c.id))
    .where(campaign_groups.c.project_id == sa.bindparam("project"), campaign_groups.c.active, campaign_items.c.open)
    .where(sa.not_(campaign_groups.c.assigned))  # these are open anyway
)


def count_open(tx: Connection, project_id: int) -> int:
    """Labels that campaigns want again are counted, too."""
    counted = (tx.execute(statement, {"project": project_id}).scalar_one() for statement in (_open, _again))
    return sum(map(int, counted))


class Remaining:
    """Counts of the projects of one process. A count that took long is kept for twenty times as long."""

    def __init__(self) -> None:
        self._counted: dict[int, tuple[float, int]] = {}
        self._counting: dict[int, asyncio.Task[None]] = {}

    async def of(self, db: Database, project_id: int) -> int:
        known = self._counted.get(project_id)
        if known is None or time.monotonic() > known[0]:
            task = self._counting.get(project_id)
            if task is None or task.done():
                task = self._counting[project_id] = asyncio.create_task(self._count(db, project_id))
            if known is None:
                await task
                known = self._counted[project_id]
        return known[1]

    async def _count(self, db: Database, project_id: int) -> None:
        started = time.monotonic()
        number = await db.aread(count_open, project_id)
        took = time.monotonic() - started
        self._counted[project_id] = (time.monotonic() + max(EVERY_SECONDS, 20 * took), number)


remaining = Remaining()
