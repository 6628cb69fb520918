"""The labels that the queue chose, in the order in which they were given."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import labels

OTHERWISE = frozenset(
    ("search", "external", "holdout", "gold", "training", "campaign", "assignment", "second_opinion", "llm")
)
"""How items are chosen that no order of the queue brought: by people and programs, at random, or once more."""


def queue_order(tx: Connection, project_id: int) -> list[int]:
    """Ids of the items whose first label the queue asked for, by when it was given."""
    first = sa.select(sa.func.min(labels.c.id)).where(labels.c.project_id == project_id, labels.c.value.is_not(None))
    rows = tx.execute(
        sa.select(labels.c.item_id, labels.c.pick)
        .where(labels.c.id.in_(first.group_by(labels.c.item_id)), labels.c.pick.is_not(None))
        .order_by(labels.c.id)
    )
    return [row.item_id for row in rows if row.pick.get("by") not in OTHERWISE]
