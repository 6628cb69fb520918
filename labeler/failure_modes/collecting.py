"""Collecting for a failure mode: items that are like it get a share of the queue until enough of them have an answer.

A third is held back: no model is trained on these, and the next ones are judged by them beside the holdout, which has
few items of any one kind. They are drawn at random from those that their ids reserve for that, whatever was collected
before, so that what they say is unbiased. The others are the most similar ones.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.failure_modes.modes import find_mode
from labeler.failure_modes.tables import failure_modes
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.errors import Conflict
from labeler.labels.tables import current_labels
from labeler.learning.failure_modes import is_held_back
from labeler.projects.access import Member
from labeler.quality.tables import answers
from labeler.queue.rankings import mix_again
from labeler.queue.tables import wanted_items
from labeler.queue.wanted import forget
from labeler.test_cases.service import withheld_ids
from labeler.wire.failure_modes import CollectIn, Collecting


def collect(tx: Connection, member: Member, mode_id: int, body: CollectIn) -> int:
    """Ask for items that are like it, from the next batch on; returns its id. Raises `NotFound`, and `Conflict` for one
    that is not kept, is collected for already, or has no items left."""
    project_id = member.project.id
    lock(tx, "failure modes", project_id)
    row = find_mode(tx, project_id, mode_id)
    if row.name is None:
        raise Conflict("Give the failure mode a name first: what is collected belongs to one that is kept.")
    now = collecting_of(tx, [row]).get(mode_id)
    if now is not None and now.state == "running":
        raise Conflict(f"{now.collected} of {now.wanted} items are collected for it already. Stop that first.")
    chosen = _still_free(tx, project_id, row.candidates)[: body.n]
    if not chosen:
        raise Conflict("No item without a label is like it any more. Add items, or wait for the next training.")
    mine = wanted_items.c.mode_id == mode_id
    known = tx.execute(sa.select(sa.func.max(wanted_items.c.rank)).where(mine)).scalar()
    first = 0 if known is None else known + 1
    rows = [
        {
            "mode_id": mode_id,
            "rank": first + place,
            "item_id": item_id,
            "project_id": project_id,
            "held_back": bool(back),
        }
        for place, (item_id, back) in enumerate(zip(chosen, is_held_back(np.array(chosen)), strict=True))
    ]
    tx.execute(sa.insert(wanted_items), rows)
    begun = {"wanted": first + len(chosen), "stopped": False, "started_at": clock()}
    tx.execute(sa.update(failure_modes).where(failure_modes.c.id == mode_id).values(begun))
    mix_again(tx, member.project)
    audit(tx, member.caller, "failure_mode.collecting", project_id=project_id, target=row.name, items=len(chosen))
    return mode_id


def stop(tx: Connection, member: Member, mode_id: int) -> int:
    """What has no answer yet is asked for no more. Raises `NotFound`, and `Conflict` where nothing is collected."""
    project_id = member.project.id
    lock(tx, "failure modes", project_id)
    row = find_mode(tx, project_id, mode_id)
    now = collecting_of(tx, [row]).get(mode_id)
    if now is None or now.state != "running":
        raise Conflict("Nothing is collected for this failure mode.")
    release(tx, project_id, mode_id)
    tx.execute(sa.update(failure_modes).where(failure_modes.c.id == mode_id).values(stopped=True))
    audit(tx, member.caller, "failure_mode.stopped", project_id=project_id, target=row.name, items=now.collected)
    return mode_id


def release(tx: Connection, project_id: int, mode_id: int) -> None:
    """Take what has no answer out of the queue."""
    answered = sa.exists(sa.select(sa.literal(1)).where(answers.c.item_id == wanted_items.c.item_id))
    mine = (wanted_items.c.mode_id == mode_id, sa.not_(answered.correlate(wanted_items)))
    gone = list(tx.execute(sa.select(wanted_items.c.item_id).where(*mine)).scalars())
    forget(tx, project_id, gone)
    for start in range(0, len(gone), 500):
        part = wanted_items.c.item_id.in_(gone[start : start + 500])
        tx.execute(sa.delete(wanted_items).where(wanted_items.c.mode_id == mode_id, part))


def collecting_of(tx: Connection, rows: Sequence[Any]) -> dict[int, Collecting]:
    """How far it is, by failure mode; of those for which something was collected."""
    begun = [row for row in rows if row.wanted is not None]
    if not begun:
        return {}
    has_answer = answers.c.item_id.is_not(None)
    joined = wanted_items.join(items, items.c.id == wanted_items.c.item_id)
    joined = joined.outerjoin(answers, answers.c.item_id == wanted_items.c.item_id)
    there = items.c.removed_at.is_(None)
    number = sa.func.count().label("n")
    counted = sa.select(wanted_items.c.mode_id, wanted_items.c.held_back, has_answer.label("answered"), number)
    counted = counted.select_from(joined).where(wanted_items.c.mode_id.in_([row.id for row in begun]), there)
    counted = counted.group_by(wanted_items.c.mode_id, wanted_items.c.held_back, has_answer)
    found: dict[int, dict[tuple[bool, bool], int]] = defaultdict(dict)
    for one in tx.execute(counted):
        found[one.mode_id][bool(one.answered), bool(one.held_back)] = one.n
    return {row.id: _out(row, found[row.id]) for row in begun}


def _out(row: Any, n: dict[tuple[bool, bool], int]) -> Collecting:
    collected = n.get((True, False), 0) + n.get((True, True), 0)
    left = n.get((False, False), 0) + n.get((False, True), 0)
    return Collecting(
        state="stopped" if row.stopped else "running" if left else "done",
        wanted=row.wanted,
        collected=collected,
        held_back=n.get((True, True), 0),
        gone=0 if row.stopped else row.wanted - collected - left,
        started_at=row.started_at,
    )


def _still_free(tx: Connection, project_id: int, ids: Sequence[int]) -> list[int]:
    """Those that have no label yet and are not asked for or kept out of training otherwise, in the same order."""
    labeled = sa.exists(sa.select(sa.literal(1)).where(current_labels.c.item_id == items.c.id))
    asked = sa.exists(sa.select(sa.literal(1)).where(wanted_items.c.item_id == items.c.id))
    mine = (present(project_id), items.c.needed > 0, items.c.split == "train")
    free = sa.select(items.c.id).where(
        *mine, items.c.id.in_(ids), sa.not_(labeled.correlate(items)), sa.not_(asked.correlate(items))
    )
    left = set(tx.execute(free).scalars()) - set(withheld_ids(tx, project_id))
    return [item_id for item_id in ids if item_id in left]
