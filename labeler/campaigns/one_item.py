"""Asking one person, or anybody else, for one item again: a campaign of its own, which begins at once."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.service import OPEN, REVIEW, close, write, write_group
from labeler.campaigns.tables import campaigns
from labeler.kit.columns import clock
from labeler.projects.access import Project
from labeler.quality.tables import answers
from labeler.queue.tables import campaign_items


def ask_one(
    tx: Connection,
    project: Project,
    item_id: int,
    *,
    by: int,
    people: Sequence[int] | None,
    not_people: Sequence[int] = (),
    note: str = "",
) -> int:
    """Returns the campaign's id. people: one of these is asked; None: anybody but `not_people`. note: what they are
    told; the answers before are not shown."""
    asked: dict[str, Any] = {"select": {}, "to": list(people) if people else "others", "blind": True}
    running = {"kind": REVIEW, "state": "running", "items": 1, "wanted": 1, "started_at": clock()}
    campaign_id = write(tx, project, by, "Review", asked, **running)
    group_id = write_group(tx, project.id, campaign_id, people, not_people, note=note or None)
    was = tx.execute(sa.select(answers.c.value).where(answers.c.item_id == item_id)).scalar()
    row = {"group_id": group_id, "rank": 0, "campaign_id": campaign_id, "item_id": item_id, "open": True, "was": was}
    tx.execute(sa.insert(campaign_items).values(row))
    return campaign_id


def ask_no_more(tx: Connection, project: Project, campaign_id: int, by: int) -> None:
    """Nobody is asked for it any more, unless somebody has answered already."""
    row = tx.execute(sa.select(campaigns).where(campaigns.c.id == campaign_id, campaigns.c.state.in_(OPEN))).first()
    if row is not None:
        close(tx, project, row, "cancelled", by)
