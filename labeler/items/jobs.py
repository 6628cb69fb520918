"""The texts of items go into the index of `search.py` in the background: imports and labelers do not wait for it."""

import time
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.search import has_trigrams, read_until
from labeler.items.tables import item_search, items, search_progress
from labeler.kit.bulk import insert_many
from labeler.kit.counting import counted
from labeler.kit.db import lock, upsert
from labeler.kit.folding import searchable
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRun, every, job
from labeler.kit.jobs.tables import jobs
from labeler.projects.tables import projects

BEHIND = 5_000  # items that are read at each search before they are worth a job
PART = 250  # items at once: those who label wait for them on SQLite
LOOK_SECONDS = 0.5
PAUSE = 10.0  # seconds until it is tried again after it gave way


@every(10, "items.index")
def index_later(tx: Connection) -> None:
    """A job for each project that has many items or changes that are not in the index."""
    for project_id in tx.execute(sa.select(projects.c.id).where(projects.c.deleted_at.is_(None))).scalars().all():
        if _is_behind(tx, project_id) and not _importing(tx):
            name = f"index:{project_id}"
            engine.enqueue(tx, "items.index", project_id=project_id, dedup=name, lane=name)


@job("items.index", gives_way=True)
def index(run: JobRun) -> dict[str, Any] | None:
    """Short transactions, each of which says how far it came: an attempt after a kill goes on from there."""
    project_id = run.project_id or 0
    end, done = run.write(partial(_newest, project_id=project_id)), 0
    looked = time.monotonic()
    while n := run.write(partial(index_part, project_id=project_id, end=end)):
        done += n
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            run.progress(done, None, counted("{n} text indexed", "{n} texts indexed", done))
            if run.db.read(_importing) or run.others_wait():
                run.give_way(PAUSE)
                return None
    if done >= BEHIND:
        run.write(settle)
    return {"items": done}


def index_part(tx: Connection, project_id: int, end: int) -> int:
    """Index some items that changed, or else the next ones up to `end`; returns how many."""
    lock(tx, "search", project_id)  # no metadata changes meanwhile
    columns = (items.c.id, items.c.key, items.c.content, items.c.metadata)
    changed = sa.select(*columns).join(item_search, item_search.c.item_id == items.c.id)
    changed = changed.where(item_search.c.project_id == project_id, item_search.c.text.is_(None)).limit(PART)
    rows = tx.execute(changed).all()
    if rows:
        again = sa.update(item_search).where(item_search.c.item_id == sa.bindparam("item"))
        texts = [{"item": row.id, "now": searchable(row.key, row.content, row.metadata)} for row in rows]
        tx.execute(again.values(text=sa.bindparam("now")), texts)
        return len(rows)
    following = sa.select(*columns).where(items.c.project_id == project_id, items.c.id <= end)
    following = following.where(items.c.id > read_until(tx, project_id)).order_by(items.c.id).limit(PART)
    rows = tx.execute(following).all()
    if rows:
        added = [(row.id, searchable(row.key, row.content, row.metadata)) for row in rows]
        insert_many(tx, item_search, ("item_id", "text"), added, {"project_id": project_id})
        reached = {"project_id": project_id, "items_until": rows[-1].id}
        insert = upsert(tx, search_progress).values(reached)
        tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=reached))
    return len(rows)


def forget_removed(tx: Connection) -> int:
    """SQLite keeps what was taken out of its index of trigrams until it writes that part of it again: does so for some
    of it, and overwrites what was there. Returns how much there was to do; below 2: nothing is left."""
    if not has_trigrams(tx):
        return 0
    tx.exec_driver_sql("PRAGMA secure_delete=ON")
    changes = "SELECT total_changes()"
    before = int(tx.exec_driver_sql(changes).scalar_one())
    tx.exec_driver_sql("INSERT INTO item_search_fts (item_search_fts, rank) VALUES ('merge', -200)")
    return int(tx.exec_driver_sql(changes).scalar_one()) - before


def _newest(tx: Connection, project_id: int) -> int:
    """The project's last item. On PostgreSQL ids are given out before they are committed: an adding transaction has a
    shared lock, so that having had the exclusive one means that no older id is under way."""
    lock(tx, "items", project_id)
    return int(tx.execute(sa.select(sa.func.max(items.c.id)).where(items.c.project_id == project_id)).scalar() or 0)


def _is_behind(tx: Connection, project_id: int) -> bool:
    late = sa.select(items.c.id).where(items.c.project_id == project_id, items.c.id > read_until(tx, project_id))
    changed = sa.select(item_search.c.item_id)
    changed = changed.where(item_search.c.project_id == project_id, item_search.c.text.is_(None))
    return any(tx.execute(some.offset(BEHIND - 1).limit(1)).first() is not None for some in (late, changed))


def _importing(tx: Connection) -> bool:
    running = sa.select(jobs.c.id).where(jobs.c.state == "running", jobs.c.kind == "items.import")
    return tx.execute(running.limit(1)).first() is not None


def settle(tx: Connection) -> None:
    """PostgreSQL plans searches by statistics, which it would only renew in a minute. Of the items, too: not all came
    with an import."""
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql("ANALYZE items, item_search")
