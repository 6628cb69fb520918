"""What came of items that were sent back: how often the answer was wrong, which is how good the search is."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.report import Tallies, Tally
from labeler.campaigns.tables import campaigns
from labeler.label_errors.tables import label_error_rechecks
from labeler.labels.tables import labels
from labeler.projects.access import Project
from labeler.queue.tables import campaign_items
from labeler.wire.label_errors import KindChecked, RecheckOut, RechecksOut

MOST = 20
sent = label_error_rechecks.c


def rechecks(tx: Connection, project: Project) -> RechecksOut:
    """All of them together, by kind, and the newest ones."""
    total, by_kind, by_campaign = Tally(), Tallies(), Tallies()
    for row in tx.execute(_answered(project.id)):
        before, now = project.read(row.was, row.began_in), project.read(row.value, row.schema_version)
        if before is None or now is None:
            continue
        is_other = project.task.dump(before) != project.task.dump(now)
        total.add(row.n, is_other)
        by_kind.add(row.kind, row.n, is_other)
        by_campaign.add(row.campaign_id, row.n, is_other)
    newest = (
        sa.select(
            campaigns.c.id, campaigns.c.name, campaigns.c.state, campaigns.c.created_at, sa.func.count().label("n")
        )
        .join(label_error_rechecks, sent.campaign_id == campaigns.c.id)
        .where(sent.project_id == project.id)
        .group_by(campaigns.c.id, campaigns.c.name, campaigns.c.state, campaigns.c.created_at)
        .order_by(campaigns.c.id.desc())
    )
    items = [
        RecheckOut(
            campaign=row.id,
            name=row.name,
            state=row.state,
            created_at=row.created_at,
            sent=row.n,
            result=by_campaign.found.get(row.id, Tally()).out(),
        )
        for row in tx.execute(newest.limit(MOST))
    ]
    checked = [KindChecked(kind=kind, result=result) for kind, result in by_kind.most()]
    return RechecksOut(total=total.out(), by_kind=checked, items=items)


def _answered(project_id: int) -> Any:
    columns = (sent.campaign_id, sent.kind, campaign_items.c.was, labels.c.value, labels.c.schema_version)
    began_in = campaigns.c.schema_version.label("began_in")
    return (
        sa.select(*columns, began_in, sa.func.count().label("n"))
        .select_from(label_error_rechecks)
        .join(campaigns, campaigns.c.id == sent.campaign_id)
        .join(
            campaign_items,
            sa.and_(campaign_items.c.item_id == sent.item_id, campaign_items.c.campaign_id == campaigns.c.id),
        )
        .join(labels, labels.c.id == campaign_items.c.label_id)
        .where(sent.project_id == project_id)
        .group_by(*columns, campaigns.c.schema_version)
    )


def settled(project_id: int) -> Any:
    """Ids of items whose answer was checked: two people have looked, and nobody need be asked a third time."""
    return (
        sa.select(sent.item_id)
        .join(
            campaign_items,
            sa.and_(campaign_items.c.item_id == sent.item_id, campaign_items.c.campaign_id == sent.campaign_id),
        )
        .where(sent.project_id == project_id, campaign_items.c.label_id.is_not(None))
    )
