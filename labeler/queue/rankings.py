"""Putting a new ranking in force: written aside, then swapped in one statement (G10).

A ranking interleaves what the strategy picked with the holdout's items in their random order: each
place goes to the holdout with the project's share, so that labelers can't tell and the share holds
however often the order changes. What is wanted (`wanted.py`) gets a share of the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.projects.access import Project
from labeler.queue import wanted
from labeler.queue.tables import queue_entries, queues, rankings

HOLDOUT = "holdout"
# Kinds: by a model; one that also says which items that want a further label come before new ones; made outside.
MODEL, WEIGHED, EXTERNAL = "model", "weighed", "external"
LENGTH = 2_000  # entries of a ranking: far more than are labeled before the next one


@dataclass(frozen=True)
class Entry:
    """An item's place in a ranking; holdout items have no score. pick: how it was chosen, see `queue/tables.py`."""

    item_id: int
    score: float | None
    suggestion: dict[str, Any] | None = None
    pick: dict[str, Any] | None = None


def open_holdout(tx: Connection, project_id: int, most: int) -> list[int]:
    """Holdout items that still need labels, in their random order."""
    statement = (
        sa.select(items.c.id)
        .where(items.c.project_id == project_id, items.c.needed > 0, items.c.split == "holdout")
        .order_by(items.c.shuffle)
        .limit(most)
    )
    return list(tx.execute(statement).scalars())


def open_items(tx: Connection, project_id: int) -> list[int]:
    """Items outside the holdout that still need labels."""
    statement = sa.select(items.c.id).where(
        items.c.project_id == project_id, items.c.needed > 0, items.c.split == "train"
    )
    return list(tx.execute(statement).scalars())


def has_open(tx: Connection, project_id: int, kind: str) -> bool:
    """Whether a ranking of this kind is in force, and an item that it picked (holdout items come anyway) still open."""
    joined = queues.join(rankings, rankings.c.id == queues.c.ranking_id)
    joined = joined.join(queue_entries, queue_entries.c.ranking_id == rankings.c.id)
    joined = joined.join(items, items.c.id == queue_entries.c.item_id)
    here = (queues.c.project_id == project_id, rankings.c.kind == kind)
    picked = (queue_entries.c.score.is_not(None), items.c.needed > 0)
    return tx.execute(sa.select(sa.literal(1)).select_from(joined).where(*here, *picked).limit(1)).first() is not None


def interleave(
    picked: Sequence[Entry], holdout: Sequence[int], share: float, seed: Sequence[int], drawn: float | None = None
) -> list[Entry]:
    """Every place goes to the holdout with probability `share`, as long as there are both kinds.

    drawn: the share of all items that is the holdout, which is the chance that each had to be drawn into it.
    """
    pick = {"by": HOLDOUT, "probability": drawn}
    rng = np.random.default_rng(list(seed))
    mixed: list[Entry] = []
    chosen, held = iter(picked), iter(holdout)
    next_chosen, next_held = next(chosen, None), next(held, None)
    while next_chosen is not None and len(mixed) < LENGTH:
        if next_held is not None and rng.random() < share:
            mixed.append(Entry(next_held, None, None, pick))
            next_held = next(held, None)
        else:
            mixed.append(next_chosen)
            next_chosen = next(chosen, None)
    while next_held is not None and len(mixed) < LENGTH:
        mixed.append(Entry(next_held, None, None, pick))
        next_held = next(held, None)
    return mixed


def with_wanted(tx: Connection, project_id: int, picked: Sequence[Entry], seed: Sequence[int]) -> list[Entry]:
    """A share of the places goes to what is wanted, as long as there is some; no item comes twice."""
    asked = wanted.open_wanted(tx, project_id, LENGTH)
    if not asked:
        return list(picked)
    waiting = iter([Entry(one.item_id, None, None, one.pick) for one in asked])
    known = {one.item_id for one in asked}
    chosen = iter([one for one in picked if one.item_id not in known])
    mixed: list[Entry] = []
    for is_wanted in wanted.places(len(picked) + len(asked), seed):
        first, other = (waiting, chosen) if is_wanted else (chosen, waiting)
        entry = next(first, None) or next(other, None)
        if entry is not None:
            mixed.append(entry)
    return mixed


def mix_again(tx: Connection, project: Project) -> None:
    """Put the ranking in force again, with what is wanted now: nobody waits for the next training. Nothing happens
    where there is none."""
    locked = sa.select(queues.c.ranking_id).where(queues.c.project_id == project.id).with_for_update()
    ranking_id = tx.execute(locked).scalar()
    row = tx.execute(sa.select(rankings).where(rankings.c.id == ranking_id)).one_or_none()
    if row is None:
        return
    mine = sa.select(queue_entries).where(queue_entries.c.ranking_id == ranking_id).order_by(queue_entries.c.rank)
    picked = [
        Entry(one.item_id, one.score, one.suggestion, one.pick)
        for one in tx.execute(mine)
        if (one.pick or {}).get("by") not in (HOLDOUT, *wanted.WANTED)
    ]
    put_in_force(tx, project, row.kind, row.model_id, picked)


def put_in_force(
    tx: Connection,
    project: Project,
    kind: str,
    model_id: int | None,
    picked: Sequence[Entry],
    share: float | None = None,
) -> int:
    """Store a ranking and make it the project's order, in the caller's transaction; returns its id.

    share: of its places that go to the holdout; None: the project's own.
    """
    row = {"project_id": project.id, "kind": kind, "model_id": model_id, "created_at": clock()}
    ranking_id: int = tx.execute(sa.insert(rankings).values(row).returning(rankings.c.id)).scalar_one()
    share = project.settings.holdout_share if share is None else share
    holdout = open_holdout(tx, project.id, LENGTH) if share > 0 else []
    seed, drawn = (project.settings.seed, ranking_id), project.settings.holdout_share
    entries = interleave(with_wanted(tx, project.id, picked, seed), holdout, share, seed, drawn)
    values = [
        {
            "ranking_id": ranking_id,
            "rank": rank,
            "item_id": entry.item_id,
            "score": entry.score,
            "suggestion": entry.suggestion,
            "pick": entry.pick,
        }
        for rank, entry in enumerate(entries)
    ]
    if values:
        tx.execute(sa.insert(queue_entries), values)
    swap = upsert(tx, queues).values(project_id=project.id, ranking_id=ranking_id)
    tx.execute(swap.on_conflict_do_update(index_elements=["project_id"], set_={"ranking_id": ranking_id}))
    old = sa.delete(rankings).where(rankings.c.project_id == project.id, rankings.c.id != ranking_id)
    tx.execute(old)
    return ranking_id
