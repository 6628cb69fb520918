"""Writing, counting and taking back the labels of a bulk, in short transactions: labelers wait for none of it.

Each goes on where an attempt before it was cut off: what is done is not found again.
"""

import time
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.bulk_labels.account import account
from labeler.bulk_labels.select import labelable, meant
from labeler.bulk_labels.tables import bulk_items, bulks
from labeler.campaigns.direct import ask
from labeler.guidelines.service import published_version
from labeler.imports.undo import LabelsTakenBack
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.db import lock
from labeler.kit.events import emit
from labeler.kit.jobs.registry import JobRun, job
from labeler.labels.queries import newest_label
from labeler.labels.tables import BULK, current_labels, labels
from labeler.projects.access import REMEMBERED_SECONDS, Project, find_project
from labeler.quality.answers import make_answers
from labeler.quality.recount import recount_needed
from labeler.training.trigger import new_labels, request_training

PART = 1_000
PAUSE_SECONDS = 0.005


def _bulk(run: JobRun) -> tuple[Project, Any]:
    wanted = sa.select(bulks).where(bulks.c.id == int(run.args["bulk"]))
    return run.db.read(find_project, run.project_id or 0), run.db.read(lambda tx: tx.execute(wanted).one())


@job("bulk.label")
def label(run: JobRun) -> Any:
    """Write the labels, none of which counts, draw the sample, and ask people for it."""
    began = time.monotonic()
    project, row = _bulk(run)
    until = run.db.read(newest_label, project.id)
    written = 0
    for statement in run.db.read(lambda tx: list(meant(tx, project, row.asked))):
        part = labelable(statement).limit(PART)
        while n := run.write(partial(_write, project=project, row=row, part=part)):
            written += n
            run.progress(written, None, counted("{n} item labeled", "{n} items labeled", written))
            time.sleep(PAUSE_SECONDS)
    mine = sa.select(bulk_items.c.item_id).where(bulk_items.c.bulk_id == row.id).order_by(bulk_items.c.item_id)
    ids = run.db.read(lambda tx: list(tx.execute(mine).scalars()))
    rng = np.random.default_rng([project.settings.seed, row.id])
    sample = [ids[place] for place in rng.permutation(len(ids))[: row.check].tolist()]
    # Who answers now knows of the check only when what processes remember of the project is new.
    time.sleep(max(0.0, REMEMBERED_SECONDS - (time.monotonic() - began)))

    def finish(tx: Connection) -> dict[str, int]:
        tx.execute(sa.update(bulks).where(bulks.c.id == row.id).values(items=len(ids)))
        starting = sa.update(bulks).where(bulks.c.id == row.id, bulks.c.state == "starting")
        if tx.execute(starting.values(state="checking" if sample else "refused")).rowcount and sample:
            ask(tx, project, row.campaign_id, sample, row.value, until, {one: [account(tx)] for one in sample})
        return {"items": len(ids), "check": len(sample)}

    return run.finish(finish)


def _write(tx: Connection, project: Project, row: Any, part: Any) -> int:
    """One part of the labels; none when the bulk was stopped meanwhile."""
    state = tx.execute(sa.select(bulks.c.state).where(bulks.c.id == row.id)).scalar_one()
    if state != "starting":
        return 0
    lock(tx, "labels", project.id, shared=True)
    labeler = account(tx)
    ids = list(tx.execute(part).scalars())
    same = {
        "project_id": project.id,
        "labeler_id": labeler,
        "value": row.value,
        "source": BULK,
        "kind": BULK,
        "guideline_version": published_version(tx, project.id),
        "schema_version": row.schema_version,
        "pick": {"by": BULK, "bulk": row.id},
        "created_at": clock(),
    }
    made = insert_many(tx, labels, ("item_id",), [(one,) for one in ids], same, returning=("id", "item_id"))
    pairs = [(one.item_id, one.id) for one in made]
    owner = {"labeler_id": labeler, "project_id": project.id, "counted": False}
    insert_many(tx, current_labels, ("item_id", "label_id"), pairs, owner)
    insert_many(tx, bulk_items, ("item_id", "label_id"), pairs, {"bulk_id": row.id})
    return len(ids)


@job("bulk.count")
def count(run: JobRun) -> Any:
    """The check was passed: the labels count, but for items that people have answered meanwhile."""
    project, row = _bulk(run)
    after = seen = 0
    while ids := run.write(partial(_count, project=project, bulk_id=row.id, after=after)):
        after = ids[-1]
        seen += len(ids)
        run.progress(seen, row.items, counted("{n} item", "{n} items", seen))
        time.sleep(PAUSE_SECONDS)

    def finish(tx: Connection) -> dict[str, int]:
        number = int(tx.execute(_in_force(row.id, current_labels.c.counted)).scalar_one())
        done = sa.update(bulks).where(bulks.c.id == row.id, bulks.c.state == "counting")
        tx.execute(done.values(state="counted", counted=number))
        if new_labels(tx, project.id, 1)[1]:
            request_training(tx, project.id, "bulk counted", delay=2)
        return {"items": number}

    return run.finish(finish)


def _count(tx: Connection, project: Project, bulk_id: int, after: int) -> list[int]:
    state = tx.execute(sa.select(bulks.c.state).where(bulks.c.id == bulk_id)).scalar_one()
    mine = sa.select(bulk_items).where(bulk_items.c.bulk_id == bulk_id, bulk_items.c.item_id > after)
    rows = tx.execute(mine.order_by(bulk_items.c.item_id).limit(PART)).all() if state == "counting" else []
    ids = [row.item_id for row in rows]
    if not ids:
        return []
    lock(tx, "labels", project.id)
    others = current_labels.alias()
    answered = sa.exists(
        sa.select(sa.literal(1)).where(
            others.c.item_id == current_labels.c.item_id,
            others.c.labeler_id != current_labels.c.labeler_id,
            others.c.counted,
        )
    )
    of_bulk = current_labels.c.label_id.in_([row.label_id for row in rows])
    here = current_labels.c.item_id.in_(ids)
    tx.execute(sa.update(current_labels).where(here, of_bulk, sa.not_(answered)).values(counted=True))
    recount_needed(tx, project, ids)
    make_answers(tx, project, ids)
    return ids


def _in_force(bulk_id: int, *conditions: Any) -> Any:
    labels_of = sa.select(sa.func.count()).select_from(
        bulk_items.join(
            current_labels,
            sa.and_(
                current_labels.c.item_id == bulk_items.c.item_id, current_labels.c.label_id == bulk_items.c.label_id
            ),
        )
    )
    return labels_of.where(bulk_items.c.bulk_id == bulk_id, *conditions)


@job("bulk.take_back")
def take_back(run: JobRun) -> Any:
    """Supersede the labels by rows without a value; the history keeps both."""
    project, row = _bulk(run)
    taken = 0
    while n := run.write(partial(_take_back, project=project, bulk_id=row.id)):
        taken += n
        run.progress(taken, row.items, counted("{n} label taken back", "{n} labels taken back", taken))
        time.sleep(PAUSE_SECONDS)

    def finish(tx: Connection) -> dict[str, int]:
        tx.execute(sa.update(bulks).where(bulks.c.id == row.id).values(state="taken_back", counted=0))
        return {"labels_taken_back": taken}

    return run.finish(finish)


def _take_back(tx: Connection, project: Project, bulk_id: int) -> int:
    lock(tx, "labels", project.id)
    same = ("project_id", "item_id", "labeler_id", "source", "kind", "guideline_version", "schema_version", "pick")
    in_force = (
        sa.select(labels)
        .join(bulk_items, bulk_items.c.label_id == labels.c.id)
        .join(
            current_labels,
            sa.and_(current_labels.c.item_id == labels.c.item_id, current_labels.c.label_id == labels.c.id),
        )
        .where(bulk_items.c.bulk_id == bulk_id)
        .order_by(labels.c.id)
        .limit(PART)
    )
    rows = tx.execute(in_force).all()
    if not rows:
        return 0
    values = [{**{name: getattr(row, name) for name in same}, "value": None, "supersedes": row.id} for row in rows]
    tx.execute(sa.insert(labels).values(created_at=clock()), values)
    ids = [row.item_id for row in rows]
    gone = current_labels.c.label_id.in_([row.id for row in rows])
    tx.execute(sa.delete(current_labels).where(current_labels.c.item_id.in_(ids), gone))
    emit(tx, LabelsTakenBack(project.id, sorted(ids)), project)
    return len(rows)
