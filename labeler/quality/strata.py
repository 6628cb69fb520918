"""How large a share of the items several people label, within each value of a metadata field (`overlap_field`).

With a small share a rare language or source would get too few such items to know how far people agree there. Of each
value the items with the smallest draws are taken until there are `LEAST`: a simple random sample of them, whatever the
share. As a value gets more items its share falls to the project's; what was labeled stays.
"""

import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.changes import ItemsRestored, MetadataChanged
from labeler.items.remove import ItemsRemoved
from labeler.items.tables import items, present
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.entries import entry
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import JobRun, every
from labeler.kit.jobs.tables import jobs
from labeler.labels.current import SHARES
from labeler.projects.access import Project
from labeler.projects.tables import overlap_shares, overlap_strata, projects
from labeler.quality.known import GOLD
from labeler.quality.recount import LANE, left_of
from labeler.quality.tables import answers

KIND = "quality.strata"
LEAST = 30
"""Items of each value that several people label: with fewer an interval of their agreement says nothing."""
MOST_VALUES, LONGEST = 300, 100
"""Values with a share of their own, those with most items first, and their characters: what has more is no category."""
EVERY_SECONDS = 10.0
"""And twenty times as long as the last time took."""


def count_strata(tx: Connection, project: Project) -> dict[str, int]:
    """By value how many of 1,000 of its items several people label, so that there are `LEAST` of them (all, where it
    has no more), for values that need a larger share than the project's."""
    value = entry(items.c.metadata, sa.literal(project.settings.overlap_field, sa.Text))
    draw = items.c.shuffle % sa.literal_column(str(SHARES))
    drawn = (
        sa.select(value.label("value"), draw.label("draw"), sa.func.count().label("n"))
        .where(present(project.id), value.is_not(None), sa.func.length(value) <= LONGEST)
        .group_by(sa.literal_column("1"), sa.literal_column("2"))
        .subquery()
    )
    n = sa.func.sum(drawn.c.n)
    so_far = sa.select(
        drawn.c.value,
        drawn.c.draw,
        n.over(partition_by=drawn.c.value, order_by=drawn.c.draw).label("so_far"),
        n.over(partition_by=drawn.c.value).label("all"),
    ).subquery()
    enough = sa.func.min(sa.case((sa.and_(so_far.c.so_far >= LEAST, so_far.c.all > LEAST), so_far.c.draw + 1)))
    share = sa.func.coalesce(enough, SHARES)
    most = sa.func.max(so_far.c.all)
    counted = (
        sa.select(so_far.c.value, share.label("share"))
        .group_by(so_far.c.value)
        .having(share > project.settings.share_of_1000)
        .order_by(most.desc(), so_far.c.value)
        .limit(MOST_VALUES)
    )
    return {row.value: int(row.share) for row in tx.execute(counted)}


def count_again(run: JobRun, project: Project) -> None:
    """Before the items themselves are looked at: who labels one from then on finds these shares."""
    if project.settings.drawn_by is None:
        run.write(lambda tx: _forget(tx, project.id))
        return
    run.write(lambda tx: _begin(tx, project))
    until = sa.select(sa.func.coalesce(sa.func.max(items.c.id), 0)).where(items.c.project_id == project.id)
    shares, last = run.db.read(lambda tx: (count_strata(tx, project), tx.execute(until).scalar_one()))
    run.write(lambda tx: keep_shares(tx, project, shares, last))


def _forget(tx: Connection, project_id: int) -> None:
    for table in (overlap_shares, overlap_strata):
        tx.execute(sa.delete(table).where(table.c.project_id == project_id))


def _begin(tx: Connection, project: Project) -> None:
    """What changes from now on is seen at the next count."""
    row = {"project_id": project.id, "field": project.settings.overlap_field, "items_until": 0, "took_ms": 0}
    insert = upsert(tx, overlap_strata).values(**row, stale=False, counted_at=clock())
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_={"stale": False}))


def keep_shares(tx: Connection, project: Project, shares: Mapping[str, int], items_until: int) -> None:
    tx.execute(sa.delete(overlap_shares).where(overlap_shares.c.project_id == project.id))
    insert_many(tx, overlap_shares, ("value", "share"), list(shares.items()), {"project_id": project.id})
    _keep(tx, project.id, field=project.settings.overlap_field, items_until=items_until, counted_at=clock())


def _keep(tx: Connection, project_id: int, **values: Any) -> None:
    tx.execute(sa.update(overlap_strata).where(overlap_strata.c.project_id == project_id).values(**values))


def keep_time(tx: Connection, project: Project, started: float) -> None:
    """started: by the counter of `time`."""
    _keep(tx, project.id, took_ms=round(1000 * (time.perf_counter() - started)), counted_at=clock())


def read_part(tx: Connection, project: Project, after: int, most: int) -> tuple[list[int], list[int]]:
    """The ids of the next items, and of those among them that need another number of labels than is kept."""
    left = left_of(project)
    one_more = sa.case((answers.c.wants_more, 1), else_=0)
    needed = sa.case((answers.c.method == GOLD, 0), (left > 0, left), else_=one_more)
    part = (
        sa.select(items.c.id, (items.c.needed != needed).label("differs"))
        .outerjoin(answers, answers.c.item_id == items.c.id)
        .where(present(project.id), items.c.id > after)
        .order_by(items.c.id)
        .limit(most)
    )
    rows = tx.execute(part).all()
    return [row.id for row in rows], [row.id for row in rows if row.differs]


@listen(MetadataChanged)
def after_metadata(tx: Connection, event: MetadataChanged, project: Project) -> None:
    _outdate(tx, project)


@listen(ItemsRestored)
def after_restoring(tx: Connection, event: ItemsRestored, project: Project) -> None:
    _outdate(tx, project)


@listen(ItemsRemoved)
def after_removal(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    _outdate(tx, project)


def _outdate(tx: Connection, project: Project) -> None:
    if project.settings.drawn_by is not None:
        mine = sa.update(overlap_strata).where(overlap_strata.c.project_id == project.id, ~overlap_strata.c.stale)
        tx.execute(mine.values(stale=True))


@every(5, "quality.keep_strata")
def keep_strata(tx: Connection) -> None:
    """Where items came, changed or left since they were counted, once no import brings more."""
    newer = sa.exists().where(
        items.c.project_id == overlap_strata.c.project_id, items.c.id > overlap_strata.c.items_until
    )
    behind = (
        sa.select(overlap_strata.c.project_id, overlap_strata.c.counted_at, overlap_strata.c.took_ms)
        .add_columns(clock().label("now"))
        .join(projects, projects.c.id == overlap_strata.c.project_id)
        .where(projects.c.deleted_at.is_(None), sa.or_(overlap_strata.c.stale, newer))
    )
    importing = sa.select(jobs.c.project_id).where(jobs.c.state == "running", jobs.c.kind == "items.import")
    busy = set(tx.execute(importing).scalars())
    for row in tx.execute(behind).all():
        rest = max(EVERY_SECONDS, 20 * row.took_ms / 1000)
        if row.project_id not in busy and (row.now - row.counted_at).total_seconds() > rest:
            lane = LANE.format(row.project_id)
            enqueue(tx, KIND, project_id=row.project_id, dedup=f"strata:{row.project_id}", lane=lane)
