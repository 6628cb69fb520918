"""Items whose answer is not certain go to those who are right more often; who is not gets new ones first.

A further label is worth most from somebody who is right more often than those who disagree. Whether it is worth more
than a new item, the ranking says where a model could weigh both (`training/relabeling.py`): those at its head come
first, the others when nothing new is left. Where none could, all come first, the least certain before. It is decided
for each labeler, for whom both kinds cost the same, so costs change nothing. Where nobody else is left, everybody gets
them: nothing waits for good. Why: docs/decisions/0035-relabel-or-new-item.md
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.compiled import CompiledStatement
from labeler.projects.access import Member
from labeler.quality.fits import find_fit
from labeler.quality.incremental import ONE_COIN
from labeler.quality.tables import answers
from labeler.queue.rankings import WEIGHED
from labeler.queue.tables import queues, rankings

PICK = {"by": "second_opinion"}
FIRST, RANKED, LAST, ANY = "first", "ranked", "last", "any"
TURNS = (FIRST, RANKED, LAST, ANY)
Place = tuple[Any, dict[str, Any] | None]
"""A statement that finds items, and how what it finds was chosen; None: as the ranking says."""
_METHODS = {ONE_COIN, "dawid_skene", "crowdlab", "gold_weighted"}

is_wanting = sa.exists(
    sa.select(sa.literal(1)).select_from(answers).where(answers.c.item_id == items.c.id, answers.c.wants_more)
)
IN_FORCE = CompiledStatement(
    sa.select(rankings.c.kind)
    .select_from(queues.join(rankings, rankings.c.id == queues.c.ranking_id))
    .where(queues.c.project_id == bindparam("project"))
)


def turn_of(tx: Connection, member: Member) -> str:
    """Whether this labeler gets such items FIRST, as they are RANKED, LAST, or among the others, while nothing is known
    of them."""
    if member.project.settings.most_labels is None:
        return ANY
    fit = find_fit(tx, member.project.id)
    accuracy = None if fit is None or fit.method not in _METHODS else fit.of(member.user_id)
    if fit is None or not isinstance(accuracy, float | int):
        return ANY
    if accuracy < fit.accuracy:
        return LAST
    row = IN_FORCE.one(tx, project=member.project.id)
    return RANKED if row is not None and row.kind == WEIGHED else FIRST


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


def in_turn(turn: str, ranked: Place, unranked: Place, wanting: Any) -> list[Place]:
    """Where to look, in this order. wanting: the `statement` above."""
    new = sa.not_(is_wanting)
    (order, by_order), (rest, by_rest), further = ranked, unranked, (wanting, PICK)
    if turn == FIRST:
        return [further, ranked, unranked]
    if turn == RANKED:
        return [ranked, (rest.where(new), by_rest), further]
    if turn == LAST:
        return [(order.where(new), by_order), (rest.where(new), by_rest), further]
    return [ranked, unranked]
