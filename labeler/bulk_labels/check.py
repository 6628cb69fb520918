"""What people say of the sample, and what follows: the labels of a bulk count, or never do."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.bulk_labels.tables import bulk_items, bulks
from labeler.campaigns.direct import same_answers
from labeler.campaigns.service import CampaignEnded
from labeler.kit.columns import clock
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.labels.submit import LabelSubmitted
from labeler.labels.tables import current_labels
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import Project
from labeler.quality.answers import make_answers
from labeler.quality.recount import recount_needed


def counted_right(tx: Connection, project: Project, row: Any) -> tuple[int, int]:
    """How many items of the sample people have labeled, and how many of these with the bulk's answer."""
    return same_answers(tx, project, row.campaign_id, row.value, row.schema_version)


@listen(CampaignEnded)
def decide(tx: Connection, event: CampaignEnded, project: Project) -> None:
    """By what was checked until then; a check that was cancelled has shown nothing."""
    mine = sa.select(bulks).where(bulks.c.campaign_id == event.campaign, bulks.c.state.in_(("starting", "checking")))
    row = tx.execute(mine).one_or_none()
    if row is None:
        return
    checked, right = counted_right(tx, project, row)
    passed = event.state == "ended" and row.state == "checking" and wilson(right, checked)[0] >= row.bar
    now = {"state": "counting" if passed else "refused", "checked": checked, "right": right, "decided_at": clock()}
    tx.execute(sa.update(bulks).where(bulks.c.id == row.id).values(now))
    if passed:
        lane = f"bulk:{project.id}"
        enqueue(tx, "bulk.count", {"bulk": row.id}, project_id=project.id, lane=lane, created_by=row.created_by)


@listen(LabelSubmitted)
def let_people_correct(tx: Connection, event: LabelSubmitted, project: Project) -> None:
    """Who labels an item that a bulk has labeled knows better: the bulk's label counts no more there. Of items with one
    label nothing is looked up."""
    if not event.counted or not event.others or event.value is None:
        return
    mine = sa.select(bulk_items.c.label_id).where(bulk_items.c.item_id == event.item_id)
    of_bulk = sa.update(current_labels).where(
        current_labels.c.item_id == event.item_id, current_labels.c.counted, current_labels.c.label_id.in_(mine)
    )
    if tx.execute(of_bulk.values(counted=False)).rowcount:
        recount_needed(tx, project, [event.item_id])
        make_answers(tx, project, [event.item_id])
