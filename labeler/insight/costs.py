"""What people's labels have cost, by the terms that were said of them."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.labels.tables import labels
from labeler.projects.access import Project
from labeler.wire.terms import TermsOut

LONGEST_MS = 600_000
"""Of a label that took longer, somebody was away: no more is counted."""
_MS_OF_HOUR = 3_600_000


def costs_of(tx: Connection, project: Project, terms: dict[int, TermsOut]) -> dict[int, float]:
    """By labeler, for those of whom a cost was said. Every answer counts that was given, also if it was corrected or
    taken back later; corrections cost time, and are no further label."""
    by_label = {who: one.cost_per_label for who, one in terms.items() if one.cost_per_label is not None}
    by_hour = {who: one.cost_per_hour for who, one in terms.items() if one.cost_per_hour is not None}
    if not by_label and not by_hour:
        return {}
    took = sa.case((labels.c.elapsed_ms > LONGEST_MS, LONGEST_MS), else_=labels.c.elapsed_ms)
    new = sa.case((sa.and_(labels.c.value.is_not(None), labels.c.supersedes.is_(None)), 1), else_=0)
    rows = tx.execute(
        sa.select(labels.c.labeler_id, sa.func.sum(new).label("n"), sa.func.sum(took).label("ms"))
        .where(
            labels.c.project_id == project.id,
            labels.c.labeler_id.in_([*by_label, *by_hour]),
            labels.c.source != "import",
        )
        .group_by(labels.c.labeler_id)
    )
    work = {row.labeler_id: (int(row.n or 0), int(row.ms or 0)) for row in rows}
    found = {who: cost * work.get(who, (0, 0))[0] for who, cost in by_label.items()}
    return found | {who: cost * work.get(who, (0, 0))[1] / _MS_OF_HOUR for who, cost in by_hour.items()}
