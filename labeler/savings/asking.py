"""Asking for a count: by people, or by itself once a week for a project that has labeled since."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import jobs
from labeler.projects.tables import projects
from labeler.quality.tables import answers
from labeler.registry.service import newest_model
from labeler.registry.tables import model_versions
from labeler.savings.tables import savings_counts

COUNT = "savings.tally"
FEWEST = 40  # see learning/evaluation/savings.py, which would load more than a listener may
WEEK = 7 * 24 * 3600
LOOKS_EVERY = 3600  # seconds


def want_count(tx: Connection, project_id: int, number: int, created_by: int | None = None) -> int:
    """Queue a count with a model; one that waits is the same."""
    lane = f"savings:{project_id}"
    args = {"number": number}
    return enqueue(tx, COUNT, args, project_id=project_id, dedup=lane, lane=lane, created_by=created_by)


def held_labels(tx: Connection, project_id: int) -> int:
    """Labeled holdout items."""
    found = sa.select(sa.func.count()).select_from(items).join(answers, answers.c.item_id == items.c.id)
    return int(tx.execute(found.where(present(project_id), items.c.split == "holdout")).scalar_one())


@every(LOOKS_EVERY, "savings.sweep")
def sweep(tx: Connection) -> None:
    """Where a model learned since the last count, enough of the holdout is labeled, and nothing else is at work."""
    lately = sa.select(jobs.c.project_id).where(jobs.c.kind == COUNT, jobs.c.project_id.is_not(None))
    lately = lately.where(jobs.c.created_at > clock(-WEEK))
    busy = sa.select(jobs.c.project_id).where(jobs.c.state.in_(("queued", "running")), jobs.c.project_id.is_not(None))
    wanted = sa.select(projects.c.id).where(
        projects.c.deleted_at.is_(None),
        projects.c.id.in_(sa.select(model_versions.c.project_id)),
        projects.c.id.not_in(lately),
        projects.c.id.not_in(busy),
    )
    for project_id in tx.execute(wanted).scalars().all():
        model = newest_model(tx, project_id)
        if model is not None and not _is_counted(tx, model.id) and held_labels(tx, project_id) >= FEWEST:
            want_count(tx, project_id, model.number)


def _is_counted(tx: Connection, model_id: int) -> bool:
    mine = sa.select(savings_counts.c.id).where(savings_counts.c.model_id == model_id)
    return tx.execute(mine).first() is not None
