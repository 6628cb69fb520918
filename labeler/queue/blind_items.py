"""Items that tell how often a language model is right: people get them among the others and can't tell them apart.

Half of what is lent, as long as there are some, so that a model is measured soon and the ranking goes on meanwhile.
"""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.projects.access import Member
from labeler.queue.tables import blind_items

_random = secrets.SystemRandom()
PICK = {"by": "blind"}
SHARE = 0.5
DROP = CompiledStatement(sa.delete(blind_items).where(blind_items.c.item_id == bindparam("item")))


def statement(columns: Any, *lendable: Any) -> Any:
    """Those the labeler may have, the oldest first. lendable: what holds of every item that is lent (`leases.py`)."""
    return (
        sa.select(*columns)
        .select_from(blind_items.join(items, items.c.id == blind_items.c.item_id))
        .where(
            blind_items.c.project_id == bindparam("project"),
            items.c.removed_at.is_(None),
            *lendable,
        )
        .order_by(blind_items.c.created_at, blind_items.c.item_id)
        .limit(bindparam("most"))
    )


def wanted(member: Member, free: int) -> int:
    """Of so many items that are about to be lent, how many are to be such ones."""
    if not member.project.has_blind or not member.caller.is_person:
        return 0
    return sum(_random.random() < SHARE for _ in range(free))
