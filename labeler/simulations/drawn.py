"""How many labels are of items that were drawn at random, and how many of items that a strategy chose."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.labels.tables import labels
from labeler.savings.order import OTHERWISE

BY_CHANCE = frozenset(("random", "shuffle", "holdout", "blind"))


def drawn_and_chosen(tx: Connection, project_id: int, of: Collection[int]) -> tuple[int, int]:
    """Of these items: those in the holdout or whose first label came to them by chance, and those that the order of the
    queue brought. What is left was imported, searched for or asked for by people: nobody knows how it was chosen."""
    first = sa.select(sa.func.min(labels.c.id)).where(labels.c.project_id == project_id, labels.c.value.is_not(None))
    rows = tx.execute(
        sa.select(labels.c.item_id, labels.c.pick, items.c.split)
        .join(items, items.c.id == labels.c.item_id)
        .where(labels.c.id.in_(first.group_by(labels.c.item_id)))
    )
    wanted, drawn, chosen = set(of), 0, 0
    for row in rows:
        if row.item_id not in wanted:
            continue
        pick = row.pick or {}
        if row.split == "holdout" or pick.get("probability") is not None or pick.get("by") in BY_CHANCE:
            drawn += 1
        elif pick.get("by") is not None and pick["by"] not in OTHERWISE:
            chosen += 1
    return drawn, chosen
