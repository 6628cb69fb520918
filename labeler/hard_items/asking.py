"""Asking for a look for hard items that are alike, and what both jobs of this room are called."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.jobs.engine import enqueue
from labeler.labels.tables import flags
from labeler.projects.tables import projects

KIND = "hard_items.cluster"
CHECK_KIND = "hard_items.check"
IS_OPEN = sa.and_(flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None))


def want_clusters(tx: Connection, project_id: int, *, delay: float = 0, created_by: int | None = None) -> int:
    """Queue a look; a newer wish replaces one that waits."""
    lane = f"hard-items:{project_id}"
    return enqueue(tx, KIND, project_id=project_id, dedup=lane, lane=lane, delay=delay, created_by=created_by)


def there() -> sa.ColumnElement[bool]:
    """Flags of projects that were not deleted."""
    return flags.c.project_id.in_(sa.select(projects.c.id).where(projects.c.deleted_at.is_(None)))
