"""Running the rules of a project over its items, in parts that are each a short transaction.

Each step does some of what there is to do, and says how much it was; a job that was killed goes on from there. First
hits of rules that are others by now go, then items that changed are looked at again, and then new ones, by the rules
that are furthest behind.
"""

import math
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.apart import as_condition, run_apart
from labeler.heuristics.changes import stop
from labeler.heuristics.reading import read_some
from labeler.heuristics.tables import heuristic_hits, heuristic_outdated, heuristics
from labeler.items.tables import items, present
from labeler.kit.bounded import OutOfBounds
from labeler.kit.bulk import insert_many
from labeler.kit.db import lock
from labeler.kit.jobs.registry import JobRun
from labeler.learning.errors import InvalidRule, UnknownName
from labeler.learning.heuristics.running import Matched

PART = 4_000
"""Items that are handed to the process at once."""
CLEARED = 4_000
"""Hits removed in one transaction: those who label wait for it on SQLite."""


def newest(tx: Connection, project_id: int) -> int:
    """The project's last item. Who adds items or changes metadata has a shared lock: what was begun before a rule was
    there is over."""
    lock(tx, "items", project_id)
    lock(tx, "search", project_id)
    return int(tx.execute(sa.select(sa.func.max(items.c.id)).where(items.c.project_id == project_id)).scalar() or 0)


def step(run: JobRun, end: int) -> int:
    """Do a part of what there is to do, up to this item; returns how much, 0: nothing was left."""
    project_id = run.project_id or 0
    return int(run.write(partial(_clear, project_id=project_id))) or _again(run) or _forward(run, end)


def _clear(tx: Connection, project_id: int) -> int:
    rule = tx.execute(sa.select(heuristics).where(heuristics.c.project_id == project_id, heuristics.c.stale)).first()
    if rule is None:
        return 0
    mine = heuristic_hits.c.heuristic_id == rule.id
    part = list(tx.execute(sa.select(heuristic_hits.c.item_id).where(mine).limit(CLEARED)).scalars())
    if part:
        tx.execute(sa.delete(heuristic_hits).where(mine, heuristic_hits.c.item_id.in_(part)))
    elif rule.deleted_at is not None:
        tx.execute(sa.delete(heuristics).where(heuristics.c.id == rule.id))
    else:
        same = (heuristics.c.id == rule.id, heuristics.c.revision == rule.revision)
        fresh = {"stale": False, "items_until": 0, "seconds": 0.0, "kept": 0}
        tx.execute(sa.update(heuristics).where(*same).values(fresh))
    return len(part) or 1


def at_work(tx: Connection, project_id: int) -> list[Any]:
    """The rules that are run."""
    mine = (heuristics.c.project_id == project_id, heuristics.c.active, ~heuristics.c.stale)
    statement = sa.select(heuristics).where(*mine, heuristics.c.deleted_at.is_(None))
    return list(tx.execute(statement.order_by(heuristics.c.id)))


def _again(run: JobRun) -> int:
    """Look again at some items that changed."""
    project_id = run.project_id or 0
    mine = heuristic_outdated.c.project_id == project_id
    waiting = sa.select(heuristic_outdated).where(mine).order_by(heuristic_outdated.c.id).limit(PART)
    rows = run.db.read(lambda tx: tx.execute(waiting).all())
    if not rows:
        return 0
    rules = run.db.read(at_work, project_id)
    changed = sorted({row.item_id for row in rows})
    found, is_all = run.db.read(lambda tx: _items(tx, sa.and_(present(project_id), items.c.id.in_(changed))))
    ids = [item_id for item_id in changed if is_all or item_id <= found[-1].id]
    for rule, matched in _matched(run, rules, found):
        hits = [(found[place].id,) for place in matched.positions]
        run.write(partial(_replace, rule=rule, item_ids=ids, hits=hits))
    seen = set(ids)
    done = [row.id for row in rows if row.item_id in seen]
    run.write(lambda tx: tx.execute(sa.delete(heuristic_outdated).where(heuristic_outdated.c.id.in_(done))) and None)
    return len(rows)


def _forward(run: JobRun, end: int) -> int:
    """Look at some items that are new to the rules that are furthest behind."""
    project_id = run.project_id or 0
    rules = run.db.read(at_work, project_id)
    after = min((rule.items_until for rule in rules), default=end)
    if after >= end:
        return 0
    until = min([end, *(rule.items_until for rule in rules if rule.items_until > after)])
    between = sa.and_(present(project_id), items.c.id > after, items.c.id <= until)
    found, is_all = run.db.read(lambda tx: _items(tx, between))
    reached = until if is_all else found[-1].id
    behind = [rule for rule in rules if rule.items_until == after]
    for rule, matched in _matched(run, behind, found):
        hits = [(found[place].id,) for place in matched.positions]
        seconds = 0.0 if reached >= end else rule.seconds + matched.seconds
        run.write(partial(_keep, rule=rule, reached=reached, hits=hits, seconds=seconds))
        _stop_where_too_much(run, rule, rule.seconds + matched.seconds, rule.kept + len(hits))
    return len(found) or 1


def _items(tx: Connection, wanted: Any) -> tuple[list[Any], bool]:
    """The first of these items, as many as are handed on at once, and whether that is all of them."""
    statement = sa.select(items.c.id, items.c.content, items.c.metadata).where(wanted).order_by(items.c.id).limit(PART)
    return read_some(tx, statement, PART)


def _matched(run: JobRun, rules: Sequence[Any], found: Sequence[Any]) -> Iterator[tuple[Any, Matched]]:
    """Each rule with where it spoke; one that asks for too much is stopped, and the others go on."""
    most, waiting = run.settings.heuristic_seconds, list(rules)
    contents = [(row.content, row.metadata) for row in found]
    while waiting:
        began = time.monotonic()
        try:
            for matched in run_apart([as_condition(one.kind, one.condition) for one in waiting], contents, most):
                yield waiting.pop(0), matched
                began = time.monotonic()
        except OutOfBounds:
            if math.ceil(time.monotonic() - began) >= most:
                run.write(partial(stop, row=waiting.pop(0), reason="time", detail=_too_long(most)))
            else:
                detail = "It took more memory than a rule may have."
                run.write(partial(stop, row=waiting.pop(0), reason="memory", detail=detail))
        except (InvalidRule, UnknownName) as error:
            run.write(partial(stop, row=waiting.pop(0), reason="kind", detail=f"It can't be run here: {error}."))


def _too_long(most: int) -> str:
    return f"Stopped after {most} s: make it simpler, or have more time allowed (LABELER_HEURISTIC_SECONDS)."


def _stop_where_too_much(run: JobRun, rule: Any, seconds: float, kept: int) -> None:
    most = run.settings.heuristic_hits
    if seconds > run.settings.heuristic_seconds:
        detail = _too_long(run.settings.heuristic_seconds)
        run.write(partial(stop, row=rule, reason="time", detail=detail))
    elif kept > most:
        detail = f"Stopped after {most:,} items: it speaks of nearly all of them (LABELER_HEURISTIC_HITS)."
        run.write(partial(stop, row=rule, reason="hits", detail=detail))


def _keep(tx: Connection, rule: Any, reached: int, hits: Sequence[tuple[int]], seconds: float) -> None:
    """A rule that has changed meanwhile keeps nothing: it is run again."""
    same = (heuristics.c.id == rule.id, heuristics.c.revision == rule.revision, ~heuristics.c.stale)
    values = {"items_until": reached, "seconds": seconds, "kept": heuristics.c.kept + len(hits)}
    if tx.execute(sa.update(heuristics).where(*same).values(values)).rowcount:
        _insert(tx, rule, hits)


def _replace(tx: Connection, rule: Any, item_ids: Sequence[int], hits: Sequence[tuple[int]]) -> None:
    same = (heuristics.c.id == rule.id, heuristics.c.revision == rule.revision, ~heuristics.c.stale)
    if tx.execute(sa.select(heuristics.c.id).where(*same).with_for_update()).first() is None:
        return
    mine = heuristic_hits.c.heuristic_id == rule.id
    tx.execute(sa.delete(heuristic_hits).where(mine, heuristic_hits.c.item_id.in_(item_ids)))
    _insert(tx, rule, hits)


def _insert(tx: Connection, rule: Any, hits: Sequence[tuple[int]]) -> None:
    same = {"heuristic_id": rule.id, "project_id": rule.project_id}
    insert_many(tx, heuristic_hits, ("item_id",), hits, same, skip_known=True)


def votes(tx: Connection, project_id: int, rules: Sequence[int], part: int) -> Iterator[tuple[list[int], list[Any]]]:
    """All items that are there, in parts, and which of these rules speaks of which: (item, rule)."""
    after = -1
    while True:
        mine = (present(project_id), items.c.id > after)
        ids = list(tx.execute(sa.select(items.c.id).where(*mine).order_by(items.c.id).limit(part)).scalars())
        if not ids:
            return
        spoken = sa.select(heuristic_hits.c.item_id, heuristic_hits.c.heuristic_id).where(
            heuristic_hits.c.item_id.between(ids[0], ids[-1]), heuristic_hits.c.heuristic_id.in_(rules)
        )
        there = set(ids)
        yield ids, [row for row in tx.execute(spoken) if row[0] in there]
        after = ids[-1]
