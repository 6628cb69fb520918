"""Looking for label errors, in the background and behind all other jobs: labelers wait for none of it.

What a look finds is written in parts and is in force all at once; what the one before it found is removed then.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.jobs import ensure_version
from labeler.datasets.reading import Version
from labeler.datasets.snapshot import latest
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRun, job
from labeler.label_errors.asking import KIND
from labeler.label_errors.looking import Found, look
from labeler.label_errors.rechecks import settled
from labeler.label_errors.tables import label_error_finds, label_errors
from labeler.projects.access import Project, find_project
from labeler.quality.tables import answers
from labeler.training.pool.data import TrainingData, data_of

MOST_ANSWERS = 100_000
MOST_FOUND = 10_000
"""Kept of a look: as many as one campaign can ask."""
PART = 2_000
PAUSE = 10.0  # seconds until it is tried again after it gave way
GIVES_WAY = 5  # times; then it has waited long enough
COLUMNS = ("run", "rank", "item_id", "kind", "score", "value", "said", "near")


class _OthersWait(Exception):
    pass


@job(KIND, gives_way=True)
def find(run: JobRun) -> dict[str, Any] | None:
    started = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    asked, left_out, checked = run.db.read(_asked, project.id)
    while run.write(partial(_forget, project_id=project.id, keep=None, run=run.id)):
        pass  # what an attempt before this one wrote
    found = Found([], None)
    if len(asked) > 1:
        try:
            data = _data(run, project, [item_id for item_id, _ in asked])
            found = look(run.settings, project, data, asked, partial(_between, run))
        except _OthersWait:
            run.give_way(PAUSE)
            return None
    kept = [one for one in found.items if one.item_id not in checked][:MOST_FOUND]
    rows = [
        (run.id, rank, one.item_id, one.kind, one.score, one.value, one.said, one.near) for rank, one in enumerate(kept)
    ]
    for start in range(0, len(rows), PART):
        run.write(partial(_write, project_id=project.id, rows=rows[start : start + PART]))
    counts = {kind: sum(one.kind == kind for one in kept) for kind in ("wrong", "duplicate", "outlier")}
    now = {"run": run.id, "answers": len(asked), "left_out": left_out, "found": counts, "why": found.why}
    run.write(
        partial(_put_in_force, project_id=project.id, now=now, took_ms=round(1000 * (time.monotonic() - started)))
    )
    while run.write(partial(_forget, project_id=project.id, keep=run.id, run=None)):
        pass
    return {"answers": len(asked), **counts, "why": found.why}


def _asked(tx: Connection, project_id: int) -> tuple[list[tuple[int, Any]], int, set[int]]:
    """Item and answer of the newest answers, by item; how many older ones are left out; the items that were checked."""
    mine = sa.select(answers.c.item_id, answers.c.value).where(answers.c.project_id == project_id)
    newest = mine.order_by(answers.c.created_at.desc(), answers.c.item_id.desc()).limit(MOST_ANSWERS)
    found = sorted(((row.item_id, row.value) for row in tx.execute(newest)), key=lambda pair: pair[0])
    count = sa.select(sa.func.count()).select_from(answers).where(answers.c.project_id == project_id)
    left_out = int(tx.execute(count).scalar_one()) - len(found)
    return found, left_out, set(tx.execute(settled(project_id)).scalars())


def _data(run: JobRun, project: Project, ids: list[int]) -> TrainingData:
    """The newest dataset version, whose features are on disk, or a new one where it lacks answered items."""
    row = run.db.read(latest, project.id)
    if row is not None:
        data = _of(run, project, row)
        if np.isin(np.array(ids), data.items).all():
            return data
    row = ensure_version(run, project, "Before looking for label errors")
    return _of(run, project, row)


def _of(run: JobRun, project: Project, row: Any) -> TrainingData:
    left_out = project.settings.left_out_columns
    return data_of(run.settings, project.id, Version(run.settings, project.id, row), left_out_columns=left_out)


def _between(run: JobRun, done: int, of: int, text: str) -> None:
    run.progress(done, of, text)
    if run.attempt <= GIVES_WAY and run.others_wait():
        raise _OthersWait


def _write(tx: Connection, project_id: int, rows: list[Any]) -> None:
    insert_many(tx, label_errors, COLUMNS, rows, {"project_id": project_id})


def _put_in_force(tx: Connection, project_id: int, now: dict[str, Any], took_ms: int) -> None:
    row = now | {"took_ms": took_ms, "created_at": clock()}
    insert = upsert(tx, label_error_finds).values(project_id=project_id, **row)
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=row))


def _forget(tx: Connection, project_id: int, keep: int | None, run: int | None) -> int:
    """Remove a part of what a look found: of this one, or of all but one."""
    which: Callable[..., Any] = label_errors.c.run.__eq__ if run is not None else label_errors.c.run.__ne__
    mine = (label_errors.c.project_id == project_id, which(run if run is not None else keep))
    ranks = sa.select(label_errors.c.run, label_errors.c.rank).where(*mine).limit(PART)
    part = sa.tuple_(label_errors.c.run, label_errors.c.rank).in_(ranks)
    return tx.execute(sa.delete(label_errors).where(label_errors.c.project_id == project_id, part)).rowcount
