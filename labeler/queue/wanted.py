"""Items that somebody wants labeled for a failure mode: a share of each ranking, the first of them at once.

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
from labeler.queue.tables import queue_entries, queues, wanted_items

BY = "failure_mode"
SHARE = 0.3


@dataclass(frozen=True)
class Wanted:
    item_id: int
    pick: dict[str, Any]


def open_wanted(tx: Connection, project_id: int, most: int) -> list[Wanted]:
    """Those that still need labels: of several failure modes in turn."""
    mine = wanted_items.c
    statement = (
        sa.select(mine.item_id, mine.mode_id)
        .join(items, items.c.id == mine.item_id)
        .where(mine.project_id == project_id, items.c.needed > 0, items.c.removed_at.is_(None))
        .order_by(mine.rank, mine.mode_id)
        .limit(most)
    )
    found = {row.item_id: Wanted(row.item_id, {"by": BY, BY: row.mode_id}) for row in tx.execute(statement)}
    return list(found.values())


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
