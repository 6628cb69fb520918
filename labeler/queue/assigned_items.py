"""Items that are assigned to certain people, who get them before others (`labeler/campaigns/assign.py`).

They come in the order of the ranking, as far as it has them, so that what is assigned teaches the model, too. Those
that are kept for these people nobody else gets; who looks for items passes over them, in projects with campaigns or
assignments only. Why: docs/decisions/0037-assignments.md
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from labeler.items.tables import items
from labeler.kit.columns import among
from labeler.queue.tables import campaign_groups, campaign_items, queue_entries, queues

BY = "assignment"
_labeler: Any = bindparam("labeler")
_of_group = (campaign_items.c.group_id == bindparam("group"), campaign_items.c.open)
not_for_others = sa.not_(
    sa.exists(
        sa.select(sa.literal(1))
        .select_from(campaign_items.join(campaign_groups, campaign_groups.c.id == campaign_items.c.group_id))
        .where(
            campaign_items.c.item_id == items.c.id,
            campaign_items.c.open,
            campaign_groups.c.active,
            campaign_groups.c.kept,
            sa.not_(among(_labeler, campaign_groups.c.people)),
        )
        .correlate(items)
    )
)
"""Items that are not kept for people of whom this labeler is none."""


def statements(columns: Any, *lendable: Any) -> list[Any]:
    """Items of a group: those of the ranking in force, in its order; then the others, in the order in which they were
    drawn. lendable: what holds of every item that is lent (`leases.py`)."""
    in_force = sa.select(queues.c.ranking_id).where(queues.c.project_id == bindparam("project")).scalar_subquery()
    # Not EXISTS, for which PostgreSQL would begin with all items of the group and sort them.
    mine = sa.select(campaign_items.c.rank).where(campaign_items.c.item_id == items.c.id, *_of_group).limit(1)
    is_mine = mine.correlate(items).scalar_subquery().is_not(None)
    ranked = (
        sa.select(*columns, queue_entries.c.suggestion, queue_entries.c.pick)
        .select_from(queue_entries.join(items, items.c.id == queue_entries.c.item_id))
        .where(queue_entries.c.ranking_id == in_force, is_mine, *lendable)
        .order_by(queue_entries.c.rank)
    )
    others = (
        sa.select(*columns)
        .select_from(campaign_items.join(items, items.c.id == campaign_items.c.item_id))
        .where(*_of_group, *lendable)
        .order_by(campaign_items.c.rank)
    )
    return [statement.limit(bindparam("most")) for statement in (ranked, others)]


def pick_of(row: Any, pick: dict[str, Any] | None) -> dict[str, Any] | None:
    """How an item was chosen. pick: of the place where it was found; of an assignment only its number, beside what the
    ranking says."""
    if pick is None:
        return row.pick  # type: ignore[no-any-return]
    if BY in pick:
        return {**(getattr(row, "pick", None) or {"by": BY}), **pick}
    return pick
