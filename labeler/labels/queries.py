"""What was answered, as those who learn from it read it: each item's label, and how long labels took."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import current_labels, labels


def labels_in_order(tx: Connection, project_id: int) -> list[tuple[int, str]]:
    """Item and label of every item that has one, in the order they were first labeled; of several, the latest."""
    joined = current_labels.join(labels, labels.c.id == current_labels.c.label_id)
    statement = sa.select(labels.c.item_id, labels.c.value).select_from(joined)
    statement = statement.where(current_labels.c.project_id == project_id).order_by(labels.c.id)
    return list({row.item_id: (row.item_id, row.value) for row in tx.execute(statement)}.values())


def latest_seconds(tx: Connection, project_id: int, most: int) -> list[tuple[int, float]]:
    """Item and seconds of the latest labels whose time is known, up to `most`, the latest last."""
    statement = (
        sa.select(labels.c.item_id, labels.c.elapsed_ms)
        .where(labels.c.project_id == project_id, labels.c.elapsed_ms.is_not(None))
        .order_by(labels.c.id.desc())
        .limit(most)
    )
    return [(row.item_id, row.elapsed_ms / 1000) for row in reversed(tx.execute(statement).all())]
