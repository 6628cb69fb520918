"""Items whose answer is not certain go to those who are right more often; who is not gets new ones first.

A further label is worth most from somebody who is right more often than those who disagree. The least certain come
first. Where nobody else is left, everybody gets them: nothing waits for good.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.projects.access import Member
from labeler.quality.fits import find_fit
from labeler.quality.incremental import ONE_COIN
from labeler.quality.tables import answers

PICK = {"by": "second_opinion"}
FIRST, LAST, ANY = "first", "last", "any"
_METHODS = {ONE_COIN, "dawid_skene", "crowdlab", "gold_weighted"}

is_wanting = sa.exists(
    sa.select(sa.literal(1)).select_from(answers).where(answers.c.item_id == items.c.id, answers.c.wants_more)
)


def turn_of(tx: Connection, member: Member) -> str:
    """Whether this labeler gets such items FIRST, LAST, or among the others, while nothing is known of them."""
    if member.project.settings.most_labels is None:
        return ANY
    fit = find_fit(tx, member.project.id)
    accuracy = None if fit is None or fit.method not in _METHODS else fit.of(member.user_id)
    if fit is None or not isinstance(accuracy, float | int):
        return ANY
    return FIRST if accuracy >= fit.accuracy else LAST


def statement(columns: Any, *lendable: Any) -> Any:
    """The least certain that the labeler may have. lendable: what holds of every item that is lent (`leases.py`)."""
    return (
        sa.select(*columns)
        .select_from(answers.join(items, items.c.id == answers.c.item_id))
        .where(
            answers.c.project_id == bindparam("project"),
            answers.c.wants_more,
            *lendable,
        )
        .order_by(answers.c.confidence)
    )
