"""Where is looked for what a labeler gets next, compiled once.

The order: what is assigned to them, the ranking in force, items that no ranking has seen (in their fixed random
order), and what this labeler had put aside. Each is the head of an index, so that the cost does not grow with the
pool.
"""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import bindparam

from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.labels.tables import aside, current_labels
from labeler.queue import assigned_items, blind_items, second_opinions
from labeler.queue.tables import leases, queue_entries, queues
from labeler.terms.limits import has_skill

WINDOW = 2_000
SHUFFLE, PUT_ASIDE = {"by": "shuffle"}, {"by": "put_aside"}


def _exists(table: sa.Table, *conditions: Any) -> Any:
    return sa.exists(sa.select(sa.literal(1)).select_from(table).where(table.c.item_id == items.c.id, *conditions))


_mine: Any = bindparam("labeler")
_open = items.c.needed > sa.literal_column("0")  # in the statement itself, as in the index of open items
_holders = (
    sa.select(sa.func.count()).select_from(leases).where(leases.c.item_id == items.c.id, leases.c.expires_at > clock())
)
_not_labeled = sa.not_(_exists(current_labels, current_labels.c.labeler_id == _mine))
# One slot: a lease is either there or not, which is cheaper to ask than how many there are.
_free = {
    True: sa.not_(_exists(leases, leases.c.expires_at > clock())),
    False: sa.and_(
        _holders.scalar_subquery() < items.c.needed,
        sa.not_(_exists(leases, leases.c.labeler_id == _mine, leases.c.expires_at > clock())),
        _not_labeled,
    ),
}
_not_aside = sa.not_(_exists(aside, aside.c.labeler_id == _mine))


def _free_for(single: bool, skilled: bool, kept: bool = False) -> tuple[Any, ...]:
    """What holds of items that this labeler may have. skilled: they are not for everything (`labeler.terms`); kept:
    some items may be kept for others (`assigned_items`)."""
    also = (*((has_skill,) if skilled else ()), *((assigned_items.not_for_others,) if kept else ()))
    return (_open, _free[single], *also)


def _lendable(single: bool, skilled: bool, kept: bool = False) -> tuple[Any, ...]:
    return (*_free_for(single, skilled, kept), _not_aside, _not_labeled)


_COLUMNS = (items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.needed)
Place = tuple[CompiledStatement, dict[str, Any] | None]
"""Where to look, with how what is found there was chosen; None: as the ranking says."""


def _candidates(single: bool, locked: bool, turn: str, skilled: bool, kept: bool = False) -> list[Place]:
    """Where to look, in this order. turn: when the labeler gets items that want another label, see
    `second_opinions`."""
    free = _free_for(single, skilled, kept)
    columns = _COLUMNS
    in_force = sa.select(queues.c.ranking_id).where(queues.c.project_id == bindparam("project")).scalar_subquery()
    ranked = (
        sa.select(*columns, queue_entries.c.suggestion, queue_entries.c.pick)
        .select_from(queue_entries.join(items, items.c.id == queue_entries.c.item_id))
        .where(queue_entries.c.ranking_id == in_force, *free, _not_aside)
        .order_by(queue_entries.c.rank)
    )
    unranked = (
        sa.select(*columns)
        .where(items.c.project_id == bindparam("project"), *free, _not_aside)
        .order_by(items.c.shuffle)
    )
    put_aside = (
        sa.select(*columns)
        .select_from(aside.join(items, items.c.id == aside.c.item_id))
        .where(aside.c.project_id == bindparam("project"), aside.c.labeler_id == _mine, *free)
        .order_by(aside.c.created_at)
    )
    if kept:
        unranked = _somewhere(free)
    wanting = second_opinions.statement(columns, *_lendable(single, skilled, kept))
    found = second_opinions.in_turn(turn, (ranked, None), (unranked, SHUFFLE), wanting)
    found.append((put_aside, PUT_ASIDE))
    limited = [(statement.limit(bindparam("most")), pick) for statement, pick in found]
    if locked:
        limited = [(statement.with_for_update(of=items, skip_locked=True), pick) for statement, pick in limited]
    return [(CompiledStatement(statement), pick) for statement, pick in limited]


def _somewhere(free: tuple[Any, ...]) -> Any:
    """Items that no ranking has seen, among so many from a random place on (the parameter `start`), and from the first
    on: where nearly all are kept for others, looking for the first that is not would look at all of them."""
    mine = sa.select(items.c.id).where(items.c.project_id == bindparam("project"), _open).order_by(items.c.shuffle)
    start = bindparam("start", type_=sa.BigInteger)
    parts = [
        mine.where(part).limit(sa.literal_column(str(WINDOW))).subquery()
        for part in (items.c.shuffle >= start, items.c.shuffle < start)
    ]
    looked_at = sa.union_all(*(sa.select(part.c.id) for part in parts)).subquery()
    found = sa.select(*_COLUMNS).select_from(looked_at.join(items, items.c.id == looked_at.c.id))
    return found.where(*free, _not_aside)


CANDIDATES = {
    (single, dialect, turn, skilled): _candidates(single, dialect == "postgresql", turn, skilled)
    for single in (True, False)
    for dialect in ("sqlite", "postgresql")
    for turn in second_opinions.TURNS
    for skilled in (True, False)
}


def _blind(single: bool, locked: bool, skilled: bool, kept: bool = False) -> CompiledStatement:
    found = blind_items.statement(_COLUMNS, *_lendable(single, skilled, kept))
    return CompiledStatement(found.with_for_update(of=items, skip_locked=True) if locked else found)


BLIND = {
    (single, dialect, skilled): _blind(single, dialect == "postgresql", skilled)
    for single in (True, False)
    for dialect in ("sqlite", "postgresql")
    for skilled in (True, False)
}


@cache
def beside_assignments(single: bool, dialect: str, turn: str, skilled: bool) -> list[Place]:
    """As `CANDIDATES`, without what is kept for others: made when it is first asked for, since few projects do."""
    return _candidates(single, dialect == "postgresql", turn, skilled, kept=True)


@cache
def blind_beside_assignments(single: bool, dialect: str, skilled: bool) -> CompiledStatement:
    return _blind(single, dialect == "postgresql", skilled, kept=True)


@cache
def assigned(single: bool, dialect: str, skilled: bool) -> list[CompiledStatement]:
    """Items of the parameter `group`: those of the ranking in force in its order, then the others."""
    found = assigned_items.statements(_COLUMNS, *_lendable(single, skilled))
    if dialect == "postgresql":
        found = [statement.with_for_update(of=items, skip_locked=True) for statement in found]
    return [CompiledStatement(statement) for statement in found]
