"""When it is looked for hard items that are alike without anyone asking: soon after flags came, where there are enough
to be worth it. Looking at intervals costs those who flag nothing."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.hard_items.asking import IS_OPEN, there, want_clusters
from labeler.hard_items.tables import hard_looks
from labeler.kit.jobs.registry import every
from labeler.labels.tables import flags

FEWEST = 10
"""Open flags below which it is only looked when somebody asks: they are read faster than grouped."""


@every(30, "hard_items.keep_up")
def keep_up(tx: Connection) -> None:
    newest, number = sa.func.max(flags.c.id).label("newest"), sa.func.count().label("n")
    waiting = sa.select(flags.c.project_id, newest, number).where(IS_OPEN, there()).group_by(flags.c.project_id)
    found = waiting.having(number >= FEWEST).subquery()
    behind = sa.select(found.c.project_id).outerjoin(hard_looks, hard_looks.c.project_id == found.c.project_id)
    behind = behind.where(sa.or_(hard_looks.c.run.is_(None), hard_looks.c.flags_until < found.c.newest))
    for project_id in tx.execute(behind).scalars().all():
        want_clusters(tx, project_id, delay=2)
