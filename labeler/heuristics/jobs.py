"""The job that runs the rules of a project over what is new, and counts. When it is asked for: `keep_up.py`."""

import time
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.changes import HeuristicsCounted, answer_later, wanting
from labeler.heuristics.running import at_work, newest, step, votes
from labeler.heuristics.tables import heuristic_counts, heuristics
from labeler.kit.counting import counted
from labeler.kit.events import emit
from labeler.kit.jobs.registry import JobRun, job
from labeler.learning.heuristics.votes import Counts, count_votes, side_of
from labeler.projects.access import find_project

PAUSE = 10.0  # seconds until it is tried again after it gave way
LOOK_SECONDS = 0.5
TURN_SECONDS = 5.0
"""So long it works at least: somebody has just written a rule and looks at what it does."""
COUNTED = 50_000  # items at once
LITTLE = 500  # new items are counted when they are this part of all


@job("heuristics.match", gives_way=True)
def run_heuristics(run: JobRun) -> dict[str, Any] | None:
    project_id = run.project_id or 0
    asked = run.db.read(_asked, project_id)  # before what is run: what is written later is counted by the next run
    end, done = run.write(partial(newest, project_id=project_id)), 0
    began = looked = time.monotonic()
    while n := step(run, end):
        done += n
        if time.monotonic() - looked > LOOK_SECONDS:
            looked = time.monotonic()
            run.progress(done, None, counted("{n} item looked at", "{n} items looked at", done))
            if looked - began > TURN_SECONDS and run.others_wait():
                run.give_way(PAUSE)
                return None
    if run.db.read(_is_worth_counting, project_id, asked, done):
        _count(run, asked, end)
    run.write(partial(_answer, project_id=project_id))
    return {"items": done}


def _answer(tx: Connection, project_id: int) -> None:
    if project_id in tx.execute(wanting()).scalars().all():
        answer_later(tx, project_id, delay=1)


def _asked(tx: Connection, project_id: int) -> int:
    mine = sa.select(heuristic_counts.c.asked).where(heuristic_counts.c.project_id == project_id)
    return int(tx.execute(mine).scalar() or 0)


def _is_worth_counting(tx: Connection, project_id: int, asked: int, done: int) -> bool:
    """What trickles in is counted when it is a part of all that can be seen."""
    row = tx.execute(sa.select(heuristic_counts).where(heuristic_counts.c.project_id == project_id)).first()
    return row is None or asked > row.counted or done * LITTLE > row.items


def _count(run: JobRun, asked: int, end: int) -> None:
    """The figures of the rules that have seen all items up to this one; counting was asked for so often by then."""
    project_id = run.project_id or 0
    project = run.db.read(find_project, project_id)

    def counts(tx: Connection) -> tuple[list[Any], Counts, int, int]:
        rules = [rule for rule in at_work(tx, project_id) if rule.items_until >= end]
        place = {rule.id: number for number, rule in enumerate(rules)}
        named = [side_of(project.task, rule.value) for rule in rules]
        sides = np.array([sorted(set(named)).index(one) for one in named], dtype=np.int64)
        total, covered, found = 0, 0, Counts.none(len(rules))
        for ids, spoken in votes(tx, project_id, list(place), COUNTED):
            total += len(ids)
            if spoken:
                of_items = np.array([item for item, _ in spoken], dtype=np.int64)
                covered += len(np.unique(of_items))
                found += count_votes(of_items, np.array([place[rule] for _, rule in spoken]), sides)
        return rules, found, total, covered

    rules, found, total, covered = run.db.read(counts)

    def keep(tx: Connection) -> None:
        for number, rule in enumerate(rules):
            same = (heuristics.c.id == rule.id, heuristics.c.revision == rule.revision)
            values = {
                "items": total,
                "hits": int(found.hits[number]),
                "overlap": int(found.overlap[number]),
                "conflict": int(found.conflict[number]),
            }
            tx.execute(sa.update(heuristics).where(*same).values(values))
        now = {"counted": asked, "items": total, "covered": covered}
        mine = sa.update(heuristic_counts).where(heuristic_counts.c.project_id == project_id)
        tx.execute(mine.values(now))
        emit(tx, HeuristicsCounted(project_id, len(rules)), project)

    run.write(keep)
