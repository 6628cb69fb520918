"""Lending items: `next` returns what one holds, else the head of the ranking, in one short transaction.

Where is looked for them, and in which order, is in `candidates.py`. PostgreSQL locks the rows it looks at and skips
those that others look at; on both databases the primary key (item, slot) of `leases` has the last word.
"""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.guidelines.service import standing
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import insert_for
from labeler.kit.errors import GuidelineNotAcknowledged
from labeler.labels.tables import current_labels
from labeler.projects.access import Member
from labeler.queue import assigned_items, blind_items, gold_items, second_opinions
from labeler.queue.campaign_items import asked_again, campaign_of, groups_of, is_asked, note_of
from labeler.queue.candidates import BLIND, CANDIDATES, assigned, beside_assignments, blind_beside_assignments
from labeler.queue.suggestions import suggestion_for
from labeler.queue.tables import leases
from labeler.wire.queue import Lease, QueueItem

_of_mine = (leases.c.project_id == bindparam("project"), leases.c.labeler_id == bindparam("labeler"))
_held = (
    sa.select(
        items.c.id,
        items.c.key,
        items.c.content,
        items.c.metadata,
        leases.c.token,
        leases.c.expires_at,
        leases.c.suggestion,
        leases.c.pick,
    )
    .join(items, items.c.id == leases.c.item_id)
    .where(*_of_mine, leases.c.expires_at > clock())
    .order_by(leases.c.created_at, leases.c.item_id)
)
_drop_expired = sa.delete(leases).where(*_of_mine, leases.c.expires_at <= clock())
HELD, DROP_EXPIRED_OF_MINE = CompiledStatement(_held), CompiledStatement(_drop_expired)
# PostgreSQL does both at once.
HELD_AND_DROP = CompiledStatement(_held.add_cte(_drop_expired.cte("dropped")))


def _take(dialect: str) -> CompiledStatement:
    insert = insert_for(dialect, leases).values(
        expires_at=clock(bindparam("seconds", type_=sa.Integer)),
        # SQLite's clock stands still for a millisecond, and what is held keeps its order.
        created_at=clock(microseconds=bindparam("place", type_=sa.Integer)),
    )
    columns = ("labeler_id", "token", "suggestion", "suggestion_draw", "pick", "expires_at", "created_at")
    taken = {name: insert.excluded[name] for name in columns}
    taking = insert.on_conflict_do_update(
        index_elements=["item_id", "slot"], set_=taken, where=leases.c.expires_at <= clock()
    )
    return CompiledStatement(taking.returning(leases.c.expires_at))


TAKE = {dialect: _take(dialect) for dialect in ("sqlite", "postgresql")}
TAKEN_SLOTS = sa.select(leases.c.slot).where(leases.c.item_id == bindparam("item"), leases.c.expires_at > clock())
RELEASE = (
    sa.delete(leases)
    .where(leases.c.item_id == bindparam("item"), leases.c.labeler_id == bindparam("labeler"))
    .returning(leases.c.pick)
)


def require_acknowledged(tx: Connection, member: Member) -> int | None:
    """The guideline version in force. Raises `GuidelineNotAcknowledged` unless the labeler has read it."""
    published, read = standing(tx, member.project.id, member.user_id)
    if published is not None and (read is None or read < published):
        raise GuidelineNotAcknowledged(
            f"Read guideline version {published} and acknowledge it"
            f" (POST /projects/{member.project.slug}/guidelines/{published}/acknowledge), then go on.",
            guideline_version=published,
        )
    return published


def next_items(
    tx: Connection, member: Member, n: int, skilled: dict[str, Any] | None = None, only_assigned: bool = False
) -> list[QueueItem]:
    """Up to `n` items this labeler holds afterwards: those held already first, then newly lent ones.

    skilled: parameters of `has_skill`, where they are not for everything. only_assigned: nothing that is not assigned
    to them, but for what they had and put aside."""
    known = {"project": member.project.id, "labeler": member.user_id}
    is_sqlite = tx.dialect.name == "sqlite"
    rows = HELD(tx, **known) if is_sqlite else HELD_AND_DROP(tx, **known)
    held = [_out(row, row.token, row.expires_at, row.suggestion, row.pick) for row in rows]
    if len(held) >= n:
        return held[:n]
    if is_sqlite:
        DROP_EXPIRED_OF_MINE(tx, **known)
    groups = groups_of(tx, member)
    held += _lend_again(tx, member, groups, n - len(held), len(held), skilled)
    if len(held) >= n:
        return held
    # One label ends an item's stay in the queue, unless labels of this kind of labeler don't count.
    single = not member.project.settings.several and member.project.counts(member.caller.labels_as("queue"))
    places = _places(tx, member, groups, single, skilled, only_assigned)
    if not only_assigned and (most := blind_items.wanted(member, n - len(held))):
        drawn = _blindly(tx, member, single, skilled, most, len(held))
        held += [item for item in drawn if item is not None]
    golden = gold_items.some(tx, member, n - len(held), skilled)
    plain = n - len(golden)
    there_are_others = bool(held)
    for statement, pick, more in places:
        if there_are_others and len(held) >= plain:
            break
        for row in statement(tx, **known, **(skilled or {}), **more, most=max(1, plain - len(held))):
            there_are_others = True
            lent = None if len(held) >= plain else _lend(tx, member, row, assigned_items.pick_of(row, pick), len(held))
            if lent is not None:
                held.append(lent)
    if there_are_others:  # alone gold would be recognized
        held += lend_known(tx, member, golden, gold_items.PICK, len(held))
    return held + _lend_again(tx, member, groups, n - len(held), len(held), skilled, put_aside=True)


def _places(
    tx: Connection,
    member: Member,
    groups: Sequence[Any],
    single: bool,
    skilled: dict[str, Any] | None,
    only_assigned: bool,
) -> Iterator[tuple[CompiledStatement, dict[str, Any] | None, dict[str, Any]]]:
    """Where to look for items, in this order; with how what is found there was chosen, and further parameters."""
    dialect, is_skilled = tx.dialect.name, skilled is not None
    for group in groups:
        if group.assigned:
            for statement in assigned(single, dialect, is_skilled):
                yield statement, {assigned_items.BY: group.campaign_id}, {"group": group.id}
    key = (single, dialect, second_opinions.turn_of(tx, member), is_skilled)
    rest = beside_assignments(*key) if member.project.asks_again else CANDIDATES[key]
    start = {"start": secrets.randbits(63)} if member.project.asks_again else {}
    for statement, pick in rest[-1:] if only_assigned else rest:
        yield statement, pick, start


def _blindly(
    tx: Connection, member: Member, single: bool, skilled: dict[str, Any] | None, most: int, after: int
) -> list[QueueItem | None]:
    key = (single, tx.dialect.name, skilled is not None)
    statement = blind_beside_assignments(*key) if member.project.asks_again else BLIND[key]
    found = statement(tx, project=member.project.id, labeler=member.user_id, **(skilled or {}), most=most)
    return [_lend(tx, member, row, blind_items.PICK, after + place) for place, row in enumerate(found)]


def _lend_again(
    tx: Connection,
    member: Member,
    groups: Sequence[Any],
    most: int,
    after: int,
    skilled: dict[str, Any] | None,
    put_aside: bool = False,
) -> list[QueueItem]:
    """What campaigns ask this labeler again."""
    asked = enumerate(asked_again(tx, member, groups, most, skilled, put_aside=put_aside), after)
    lent = (_lend(tx, member, row, pick, place) for place, (row, pick) in asked)
    return [one for one in lent if one is not None]


def held_by(tx: Connection, member: Member) -> list[tuple[int, QueueItem]]:
    """What somebody holds, with the items' ids."""
    rows = HELD(tx, project=member.project.id, labeler=member.user_id)
    return [(row.id, _out(row, row.token, row.expires_at, row.suggestion, row.pick)) for row in rows]


def lend_known(tx: Connection, member: Member, rows: list[Any], pick: dict[str, Any], after: int) -> list[QueueItem]:
    """Items whose answer is known, however many hold one. after: how many this labeler holds before them."""
    lent = []
    for place, row in enumerate(rows, after):
        taken = set(tx.execute(TAKEN_SLOTS, {"item": row.id}).scalars())
        slot = next(number for number in range(len(taken) + 1) if number not in taken)
        lent.append(_take_slot(tx, member, row, pick, slot, place))
    return [item for item in lent if item is not None]


def _lend(tx: Connection, member: Member, row: Any, pick: dict[str, Any] | None, place: int = 0) -> QueueItem | None:
    """Take the first free slot of the item; None when somebody else was faster. pick: how it was chosen; place: how
    many this labeler holds before it."""
    slot = 0
    if member.project.settings.several:
        taken = set(tx.execute(TAKEN_SLOTS, {"item": row.id}).scalars())
        wanted = max(row.needed, 1)  # an item of a campaign may need no other label
        if len(taken) >= wanted:  # a holder may be in a slot beyond what is still needed
            return None
        slot = next(number for number in range(wanted) if number not in taken)
    return _take_slot(tx, member, row, pick, slot, place)


def _take_slot(
    tx: Connection, member: Member, row: Any, pick: dict[str, Any] | None, slot: int, place: int
) -> QueueItem | None:
    suggestion, draw = suggestion_for(tx, member, row, pick)
    lease = {
        "item_id": row.id,
        "slot": slot,
        "project_id": member.project.id,
        "labeler_id": member.user_id,
        "token": secrets.token_hex(8),
        "suggestion": suggestion,
        "suggestion_draw": draw,
        "pick": pick,
        "seconds": member.project.settings.lease_seconds,
        "place": place,
    }
    taken_over = TAKE[tx.dialect.name].one(tx, **lease)
    return None if taken_over is None else _out(row, lease["token"], taken_over.expires_at, suggestion, pick)


def lend_again(tx: Connection, member: Member, item_id: int, pick: dict[str, Any] | None = None) -> QueueItem | None:
    """The item of an undone answer goes back to the labeler who undid it, if nobody else holds it."""
    held = tx.execute(RELEASE, {"item": item_id, "labeler": member.user_id}).first()
    row = tx.execute(sa.select(items).where(items.c.id == item_id).with_for_update()).one()
    labeled = sa.select(current_labels.c.label_id).where(
        current_labels.c.item_id == item_id, current_labels.c.labeler_id == member.user_id
    )
    if tx.execute(labeled).first() is not None or (row.needed == 0 and not is_asked(tx, member, item_id)):
        return None
    return _lend(tx, member, row, pick or (held.pick if held is not None else None))


def _out(row: Any, token: str, expires_at: Any, suggestion: Any, pick: dict[str, Any] | None) -> QueueItem:
    return QueueItem(
        key=row.key,
        content=row.content,
        metadata=row.metadata,
        lease=Lease(token=token, expires_at=expires_at),
        suggestion=suggestion,
        campaign=campaign_of(pick),
        note=note_of(pick),
    )
