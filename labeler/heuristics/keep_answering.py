"""When what rules come to is made again without anyone asking: as people and language models label."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.heuristics.changes import answer_later, wanting
from labeler.kit.columns import clock
from labeler.kit.jobs.registry import every
from labeler.labels.tables import labels
from labeler.projects.tables import projects
from labeler.quality.tables import rule_fits

EVERY_SECONDS = 60.0
"""And twenty times as long as the last one took."""


@every(20, "heuristics.keep_answering")
def keep_answering(tx: Connection) -> None:
    """Where a rule or a language model is to count, and labels came since."""
    newest = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == projects.c.id).scalar_subquery()
    wanted = (
        sa.select(projects.c.id, newest.label("newest"), rule_fits.c.labels_until)
        .add_columns(rule_fits.c.took_ms, rule_fits.c.created_at)
        .outerjoin(rule_fits, rule_fits.c.project_id == projects.c.id)
        .where(projects.c.deleted_at.is_(None), projects.c.id.in_(wanting()))
    )
    now = tx.execute(sa.select(clock())).scalar_one()
    for row in tx.execute(wanted):
        if row.labels_until is None:
            answer_later(tx, row.id)
            continue
        rest = max(EVERY_SECONDS, 20 * row.took_ms / 1000)
        if (row.newest or 0) > row.labels_until and (now - row.created_at).total_seconds() > rest:
            answer_later(tx, row.id)
