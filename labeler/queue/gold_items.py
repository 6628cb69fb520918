"""Gold items among the others: a labeler gets one now and then, each once, and can't tell it from the rest."""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.labels.tables import current_labels
from labeler.projects.access import Member
from labeler.quality.known import in_turn
from labeler.quality.tables import gold_items
from labeler.queue.tables import leases
from labeler.terms.limits import has_skill

_random = secrets.SystemRandom()
PICK = {"by": "gold"}
_mine: Any = bindparam("labeler", type_=sa.BigInteger)


def _exists(table: sa.Table) -> Any:
    mine = (table.c.item_id == items.c.id, table.c.labeler_id == _mine)
    return sa.exists(sa.select(sa.literal(1)).select_from(table).where(*mine))


_unseen = (
    sa.select(items.c.id, items.c.key, items.c.content, items.c.metadata)
    .select_from(gold_items.join(items, items.c.id == gold_items.c.item_id))
    .where(
        gold_items.c.project_id == bindparam("project"),
        gold_items.c.asked,
        items.c.removed_at.is_(None),
        sa.not_(_exists(current_labels)),
        sa.not_(_exists(leases)),
    )
    .order_by(*in_turn(items.c, _mine))
    .limit(bindparam("most"))
)
UNSEEN = {False: CompiledStatement(_unseen), True: CompiledStatement(_unseen.where(has_skill))}


def some(tx: Connection, member: Member, free: int, skilled: dict[str, Any] | None = None) -> list[Any]:
    """Of so many items that are about to be lent, those that are gold: neither answered nor held by the labeler."""
    if not member.project.has_gold:
        return []
    rate = member.project.settings.gold_rate
    most = sum(_random.random() < rate for _ in range(free))
    if not most:
        return []
    known = {"project": member.project.id, "labeler": member.user_id, **(skilled or {})}
    return UNSEEN[skilled is not None](tx, **known, most=most)
