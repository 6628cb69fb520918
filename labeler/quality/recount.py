"""Counting labels again after a change of the settings that say which count, and how many an item needs."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.labels.current import is_counted, wanted_of
from labeler.labels.tables import BULK, current_labels, labels
from labeler.projects.access import Project
from labeler.projects.service import ProjectChanged

KIND = "quality.recount"
LANE = "recount:{}"
CHANGES = {"overlap", "overlap_share", "overlap_field", "most_labels", "certainty", "counting"}


@listen(ProjectChanged)
def after_change(tx: Connection, event: ProjectChanged, project: Project) -> None:
    if CHANGES & set(event.settings):
        lane = LANE.format(project.id)
        enqueue(tx, KIND, project_id=project.id, dedup=lane, lane=lane)


def left_of(project: Project) -> Any:
    """Of the labels that an item gets at first, how many are still to be given; below 0: more that count were."""
    given = (
        sa.select(sa.func.count())
        .select_from(current_labels)
        .where(current_labels.c.item_id == items.c.id, current_labels.c.counted)
        .scalar_subquery()
    )
    settings = project.settings
    share = sa.literal(settings.share_of_1000, sa.Integer)
    field = None if settings.drawn_by is None else sa.literal(settings.drawn_by, sa.Text)
    return wanted_of(sa.literal(settings.overlap, sa.Integer), share, field) - given


def recount_needed(tx: Connection, project: Project, item_ids: Sequence[int]) -> None:
    """How many labels these items still need, by those that count."""
    left = left_of(project)
    update = sa.update(items).values(needed=sa.case((left > 0, left), else_=0))
    tx.execute(update.where(items.c.id.in_(item_ids)))


def recount_kinds(tx: Connection, project: Project, item_ids: Sequence[int]) -> None:
    """Which of the current labels of these items count; those of a bulk as its check says."""
    as_kind = sa.case((labels.c.kind == BULK, current_labels.c.counted), else_=is_counted(project))
    counts = sa.select(as_kind).where(labels.c.id == current_labels.c.label_id).scalar_subquery()
    tx.execute(sa.update(current_labels).where(current_labels.c.item_id.in_(item_ids)).values(counted=counts))
