"""What is known of labels beside what they say: which came last, how long they took."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import labels


def latest_seconds(tx: Connection, project_id: int, most: int) -> list[tuple[int, float]]:
    """Item and seconds of the latest labels whose time is known, up to `most`, the latest last."""
    statement = (
        sa.select(labels.c.item_id, labels.c.elapsed_ms)
        .where(labels.c.project_id == project_id, labels.c.elapsed_ms.is_not(None))
        .order_by(labels.c.id.desc())
        .limit(most)
    )
    return [(row.item_id, row.elapsed_ms / 1000) for row in reversed(tx.execute(statement).all())]


def newest_label(tx: Connection, project_id: int) -> int:
    """The id of the project's newest label, 0 where there is none. Older ones may still be under way on PostgreSQL: see
    `stream.high_water`."""
    newest = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == project_id)
    return int(tx.execute(newest).scalar() or 0)
