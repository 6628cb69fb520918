"""Asking people for labels of given items, whether they were answered before or not: how a bulk is checked, or what
was decided about several items at once.

For labelers it is an item like any other: nothing tells them that it is a check, nor what is checked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.answered import settle_since
from labeler.campaigns.service import CAMPAIGN, CampaignStarted, of_campaign, refuse_too_many, write, write_group
from labeler.campaigns.tables import campaigns
from labeler.items.tables import items
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.events import emit
from labeler.labels.tables import BULK, labels
from labeler.projects.access import Project
from labeler.queue.tables import campaign_items

COLUMNS = ("rank", "item_id", "open", "was")


def prepare(tx: Connection, project: Project, user_id: int | None, name: str, kind: str = CAMPAIGN) -> int:
    """A campaign that asks nothing yet. Raises `Conflict` where too many of its kind run."""
    refuse_too_many(tx, project.id, kind)
    asked = {"select": {"all": True}, "to": "others", "blind": True}
    return write(tx, project, user_id, name, asked, kind=kind)


def ask(
    tx: Connection,
    project: Project,
    campaign_id: int,
    ids: Sequence[int],
    was: Any,
    until: int,
    not_asked: Mapping[int, Sequence[int]],
) -> bool:
    """Ask for these items, in this order; False when the campaign was ended meanwhile. was: the value that is held
    against the answers; until: the newest label before the items were chosen; not_asked: by item, who has given that
    value or knows it."""
    lock(tx, "labels", project.id)
    keys = {row.id: row.key for row in tx.execute(sa.select(items.c.id, items.c.key).where(items.c.id.in_(ids)))}
    asked = {"select": {"keys": [keys[one] for one in ids]}, "to": "others", "blind": True}
    numbers = {"items": len(ids), "wanted": len(ids), "asked": asked}
    begun = sa.update(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.state == "starting")
    if tx.execute(begun.values(state="running", started_at=clock(), **numbers)).rowcount == 0:
        return False
    groups: dict[tuple[int, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for rank, item_id in enumerate(ids):
        groups[tuple(not_asked[item_id])].append((rank, item_id, True, was))
    for people, rows in groups.items():
        group_id = write_group(tx, project.id, campaign_id, None, people, is_check=True)
        insert_many(tx, campaign_items, COLUMNS, rows, {"group_id": group_id, "campaign_id": campaign_id})
    name = tx.execute(sa.select(campaigns.c.name).where(campaigns.c.id == campaign_id)).scalar_one()
    emit(tx, CampaignStarted(project.id, campaign_id, name, len(ids), len(ids)), project)
    settle_since(tx, project, until)
    return True


def same_answers(
    tx: Connection, project: Project, campaign_id: int, value: Any, schema_version: int
) -> tuple[int, int]:
    """How many items of a check people have labeled, and how many of these with the value that is checked."""
    given = (
        sa.select(labels.c.value, labels.c.schema_version, sa.func.count().label("n"))
        .join(campaign_items, campaign_items.c.label_id == labels.c.id)
        .where(of_campaign(campaign_id), labels.c.kind != BULK)
        .group_by(labels.c.value, labels.c.schema_version)
    )
    dump, checked, same = project.task.dump, 0, 0
    meant = project.read(value, schema_version)
    for answer in tx.execute(given):
        said = project.read(answer.value, answer.schema_version)
        checked += answer.n
        if meant is not None and said is not None and dump(said) == dump(meant):
            same += answer.n
    return checked, same
