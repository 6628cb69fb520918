"""Rules keep up with items in the background: labelers and imports never wait for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.changes import count_again, run_later
from labeler.heuristics.tables import heuristic_outdated, heuristics
from labeler.items.changes import ItemsRestored, MetadataChanged
from labeler.items.remove import ItemsRemoved
from labeler.items.tables import items
from labeler.kit.bulk import insert_many
from labeler.kit.events import listen
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import jobs
from labeler.projects.access import Project
from labeler.projects.tables import projects


@every(5, "heuristics.keep_up")
def keep_up(tx: Connection) -> None:
    """A job for each project with items that a rule has not seen, once no import brings more."""
    newer = sa.exists().where(items.c.project_id == heuristics.c.project_id, items.c.id > heuristics.c.items_until)
    there = sa.select(projects.c.id).where(projects.c.deleted_at.is_(None))
    behind = sa.select(heuristics.c.project_id).where(
        heuristics.c.project_id.in_(there),
        sa.or_(heuristics.c.stale, sa.and_(heuristics.c.active, heuristics.c.deleted_at.is_(None), newer)),
    )
    changed = sa.select(heuristic_outdated.c.project_id).where(heuristic_outdated.c.project_id.in_(there))
    importing = sa.select(jobs.c.project_id).where(jobs.c.state == "running", jobs.c.kind == "items.import")
    busy = set(tx.execute(importing).scalars())
    for project_id in tx.execute(behind.union(changed)).scalars().all():
        if project_id not in busy:
            run_later(tx, project_id, delay=1)


@listen(MetadataChanged)
def look_again(tx: Connection, event: MetadataChanged, project: Project) -> None:
    _outdate(tx, event.project_id, event.item_ids)


@listen(ItemsRestored)
def look_at_restored(tx: Connection, event: ItemsRestored, project: Project) -> None:
    _outdate(tx, event.project_id, event.item_ids)


def _outdate(tx: Connection, project_id: int, item_ids: Sequence[int]) -> None:
    if _has_rules(tx, project_id):
        insert_many(tx, heuristic_outdated, ("item_id",), [(one,) for one in item_ids], {"project_id": project_id})


@listen(ItemsRemoved)
def count_without(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    if _has_rules(tx, event.project_id):
        count_again(tx, event.project_id, delay=2)


def _has_rules(tx: Connection, project_id: int) -> bool:
    mine = sa.select(heuristics.c.id).where(heuristics.c.project_id == project_id)
    return tx.execute(mine.limit(1)).first() is not None
