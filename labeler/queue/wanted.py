"""Items that somebody wants labeled, for a failure mode or as a sample of what came since a model learned: a share of
each ranking, the first of them at once.

A share and not all of it: what the strategy asks teaches the rest. Each place of a ranking goes to one of them with
this probability, as to the holdout's items, so that labelers can't tell which is which.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.queue.tables import queue_entries, queues, sampled_items, wanted_items

BY, SAMPLE = "failure_mode", "drift"
WANTED = (BY, SAMPLE)
SHARE = 0.3


@dataclass(frozen=True)
class Wanted:
    item_id: int
    pick: dict[str, Any]


def open_wanted(tx: Connection, project_id: int, most: int) -> list[Wanted]:
    """Those that still need labels: of several failure modes, and of the sample, in turn."""
    open_ones = (items.c.needed > 0, items.c.removed_at.is_(None))
    found: list[tuple[int, int, Wanted]] = []
    for table, mode_id in ((wanted_items, wanted_items.c.mode_id), (sampled_items, sa.literal(None, sa.Integer))):
        statement = (
            sa.select(table.c.item_id, table.c.rank, mode_id.label("mode_id"))
            .join(items, items.c.id == table.c.item_id)
            .where(table.c.project_id == project_id, *open_ones)
            .order_by(table.c.rank, "mode_id")
            .limit(most)
        )
        for row in tx.execute(statement):
            pick = {"by": SAMPLE} if row.mode_id is None else {"by": BY, BY: row.mode_id}
            found.append((row.rank, row.mode_id or 0, Wanted(row.item_id, pick)))
    found.sort(key=lambda one: one[:2])
    return list({one.item_id: one for _, _, one in found}.values())[:most]


def held_back(project_id: int) -> Any:
    """The items, by id, on which no model is trained: what was collected judges models."""
    return sa.select(wanted_items.c.item_id).where(wanted_items.c.project_id == project_id, wanted_items.c.held_back)


def places(n: int, seed: Sequence[int]) -> Iterator[bool]:
    """Whether each of n places of a ranking is for one of them."""
    yield from (np.random.default_rng([*seed, 1]).random(n) < SHARE).tolist()


def forget(tx: Connection, project_id: int, item_ids: Sequence[int]) -> None:
    """They are no longer wanted: what the ranking in force has of them, it has for no other reason."""
    in_force = sa.select(queues.c.ranking_id).where(queues.c.project_id == project_id).scalar_subquery()
    rows = sa.select(queue_entries.c.item_id, queue_entries.c.pick).where(queue_entries.c.ranking_id == in_force)
    wanted = set(item_ids)
    gone = [row.item_id for row in tx.execute(rows) if row.item_id in wanted and (row.pick or {}).get("by") == BY]
    if gone:
        mine = (queue_entries.c.ranking_id == in_force, queue_entries.c.item_id.in_(gone))
        tx.execute(sa.delete(queue_entries).where(*mine))
