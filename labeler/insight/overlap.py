"""What it saved to ask one more person only where an answer is not certain (the setting `most_labels`)."""

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.insight.tally import tally_of
from labeler.items.tables import items
from labeler.labels.current import in_share
from labeler.learning.consensus.savings import saved_by_adapting
from labeler.projects.access import Project
from labeler.quality.fits import find_fit
from labeler.quality.known import GOLD
from labeler.quality.tables import answers, labeler_qualities
from labeler.wire.quality import Figure, OverlapSaved

MOST = 20_000
"""Answers that are looked at, the newest first."""
ENOUGH = 30
_WIDTH = 2 * 1.959963984540054


def overlap_saved(tx: Connection, project: Project) -> OverlapSaved:
    """Against as many labels for each item as would have come to the same certainty."""
    settings = project.settings
    if settings.most_labels is None or project.task.level != "nominal":
        return _nothing("not_adaptive" if settings.most_labels is None else "task_type")
    rows = tx.execute(
        sa.select(answers.c.confidence, answers.c.given)
        .join(items, items.c.id == answers.c.item_id)
        .where(
            answers.c.project_id == project.id,
            answers.c.wants_more.is_(False),
            answers.c.method != GOLD,
            items.c.needed == 0,
            in_share(settings.share_of_1000, settings.drawn_by),
        )
        .order_by(answers.c.created_at.desc())
        .limit(MOST)
    ).all()
    measured = tx.execute(sa.select(labeler_qualities).where(labeler_qualities.c.project_id == project.id)).all()
    fit = find_fit(tx, project.id)
    if fit is None or not measured or len(rows) < ENOUGH:
        return _nothing("too_few", len(rows))
    tally, _ = tally_of(tx, project)
    work = {who: n for (who, _), (n, *_) in tally.by_labeler.items()}
    found = saved_by_adapting(
        np.array([row.accuracy for row in measured]),
        np.array([(row.high - row.low) / _WIDTH for row in measured]),
        np.array([max(work.get(row.labeler_id, 0), 1) for row in measured], dtype=np.float64),
        len(project.label_names),
        np.array([row.confidence for row in rows]),
        np.array([row.given for row in rows], dtype=np.float64),
        settings.seed,
    )
    return OverlapSaved(
        items=len(rows),
        labels=sum(row.given for row in rows),
        fixed=round(found.fixed, 2),
        at_least=found.at_least,
        share=Figure(value=found.share, low=found.low, high=found.high),
        why=None,
    )


def _nothing(why: str, n: int = 0) -> OverlapSaved:
    unknown = Figure(value=None, low=None, high=None)
    return OverlapSaved.model_validate(
        {"items": n, "labels": 0, "fixed": None, "at_least": False, "share": unknown, "why": why}
    )
