"""When answers are estimated together: soon after labels came to items that several people label."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import every
from labeler.labels.tables import labels
from labeler.projects.access import Project
from labeler.projects.label_schema import SchemaChanged
from labeler.projects.service import ProjectChanged
from labeler.projects.tables import projects
from labeler.quality.tables import answer_fits, answers, gold_items

KIND = "quality.estimate"
EVERY_SECONDS = 20.0
"""And twenty times as long as the last one took."""


def want_estimate(tx: Connection, project_id: int, delay: float = 0) -> int:
    """Queue an estimate; a newer wish replaces one that waits."""
    lane = f"estimate:{project_id}"
    return enqueue(tx, KIND, project_id=project_id, dedup=lane, lane=lane, delay=delay)


@listen(ProjectChanged)
def after_change(tx: Connection, event: ProjectChanged, project: Project) -> None:
    if {"answers", "counting", "certainty", "most_labels"} & set(event.settings):
        want_estimate(tx, project.id, delay=1)


@listen(SchemaChanged)
def after_schema(tx: Connection, event: SchemaChanged, project: Project) -> None:
    """What is known of labelers is by the labels' names."""
    if event.mapping:
        fit = sa.select(answer_fits.c.project_id).where(answer_fits.c.project_id == project.id)
        if tx.execute(fit).first() is not None:
            want_estimate(tx, project.id, delay=1)


@every(5, "quality.sweep")
def sweep(tx: Connection) -> None:
    """Where several people label, or answers are known, and labels came since the last estimate."""
    newest = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == projects.c.id).scalar_subquery()
    several = sa.select(sa.literal(1)).where(answers.c.project_id == projects.c.id, answers.c.given > 1)
    gold = sa.select(sa.literal(1)).where(gold_items.c.project_id == projects.c.id)
    statement = (
        sa.select(projects.c.id, newest.label("newest"), answer_fits)
        .outerjoin(answer_fits, answer_fits.c.project_id == projects.c.id)
        .where(projects.c.deleted_at.is_(None), sa.or_(sa.exists(several), sa.exists(gold)))
    )
    now = tx.execute(sa.select(clock())).scalar_one()
    for row in tx.execute(statement).all():
        if row.newest is None or (row.labels_until is not None and row.newest <= row.labels_until):
            continue
        wait = 0.0 if row.created_at is None else max(EVERY_SECONDS, 20 * row.took_ms / 1000)
        if row.created_at is None or (now - row.created_at).total_seconds() >= wait:
            want_estimate(tx, row.id)
