"""Counting large projects again, off everybody's path: one count of a project at a time in each process."""

import asyncio
import logging

from labeler.insight.tally import count_to_keep, keep, labels_until
from labeler.kit.db import Database
from labeler.projects.access import Project

log = logging.getLogger(__name__)


class Recounts:
    """The counts that are being made."""

    def __init__(self) -> None:
        self._running: dict[int, asyncio.Task[None]] = {}

    def start(self, db: Database, project: Project) -> None:
        running = self._running.get(project.id)
        if running is None or running.done():
            self._running[project.id] = asyncio.create_task(self._recount(db, project))

    async def _recount(self, db: Database, project: Project) -> None:
        try:
            until = await db.awrite(labels_until, project.id)
            tally, items_until, took = await db.aread(count_to_keep, project, until)
            await db.awrite(keep, project, tally, items_until, until, took)
        except Exception:  # whatever the database says: the counts that are there go on being used
            log.warning("the counts of project %s were not made again", project.slug, exc_info=True)


recounts = Recounts()
