"""Asking for a check: at most one per week by itself, where enough items came and none is being imported."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.drift.standing import standing_of
from labeler.kit.columns import clock
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import jobs
from labeler.projects.tables import projects
from labeler.registry.tables import model_versions

CHECK = "drift.compare"
WEEK = 7 * 24 * 3600
LOOKS_EVERY = 3600  # seconds


def want_check(tx: Connection, project_id: int, created_by: int | None = None) -> int:
    """Queue a check; one that waits is the same."""
    lane = f"drift:{project_id}"
    return enqueue(tx, CHECK, project_id=project_id, dedup=lane, lane=lane, created_by=created_by)


@every(LOOKS_EVERY, "drift.sweep")
def sweep(tx: Connection) -> None:
    """A check for each project with a model, where nobody looked for a week and enough items came since. One that
    failed is not tried again before."""
    has_model = sa.select(model_versions.c.project_id)
    lately = sa.select(jobs.c.project_id).where(jobs.c.kind == CHECK, jobs.c.project_id.is_not(None))
    lately = lately.where(jobs.c.created_at > clock(-WEEK), jobs.c.created_by.is_(None))  # what people ask is theirs
    importing = sa.select(jobs.c.project_id).where(jobs.c.state == "running", jobs.c.kind == "items.import")
    wanted = sa.select(projects.c.id).where(
        projects.c.deleted_at.is_(None), projects.c.id.in_(has_model), projects.c.id.not_in(lately)
    )
    busy = set(tx.execute(importing).scalars())
    for project_id in tx.execute(wanted).scalars().all():
        if project_id not in busy and _is_due(tx, project_id):
            want_check(tx, project_id)


def _is_due(tx: Connection, project_id: int) -> bool:
    standing = standing_of(tx, project_id)
    return standing is not None and not standing.missing
