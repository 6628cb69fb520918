"""Lending items: `next` returns what one holds, else the head of the ranking, in one short transaction.

Order of search: the ranking in force, then items that no ranking has seen (in their fixed random
order), then what this labeler had put aside. Each is the head of an index, so that the cost does not
grow with the pool. PostgreSQL locks the rows it looks at and skips those that others look at; on both
databases the primary key (item, slot) of `leases` has the last word.
"""

import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.users import labels_as
from labeler.guidelines.service import standing
from labeler.imports.predictions import outside_suggestion
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import insert_for
from labeler.kit.errors import GuidelineNotAcknowledged
from labeler.labels.tables import aside, current_labels, labels
from labeler.projects.access import Member
from labeler.queue.tables import leases, queue_entries, queues
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
    )
    .join(items, items.c.id == leases.c.item_id)
    .where(*_of_mine, leases.c.expires_at > clock())
    .order_by(leases.c.created_at, leases.c.item_id)
)
_drop_expired = sa.delete(leases).where(*_of_mine, leases.c.expires_at <= clock())
HELD, DROP_EXPIRED_OF_MINE = CompiledStatement(_held), CompiledStatement(_drop_expired)
# PostgreSQL does both at once.
HELD_AND_DROP = CompiledStatement(_held.add_cte(_drop_expired.cte("dropped")))


def _exists(table: sa.Table, *conditions: Any) -> Any:
    return sa.exists(sa.select(sa.literal(1)).select_from(table).where(table.c.item_id == items.c.id, *conditions))


_mine: Any = bindparam("labeler")
_open = items.c.needed > sa.literal_column("0")  # in the statement itself, as in the index of open items
_holders = (
    sa.select(sa.func.count()).select_from(leases).where(leases.c.item_id == items.c.id, leases.c.expires_at > clock())
)
# One slot: a lease is either there or not, which is cheaper to ask than how many there are.
_free = {
    True: sa.not_(_exists(leases, leases.c.expires_at > clock())),
    False: sa.and_(
        _holders.scalar_subquery() < items.c.needed,
        sa.not_(_exists(leases, leases.c.labeler_id == _mine, leases.c.expires_at > clock())),
        sa.not_(_exists(current_labels, current_labels.c.labeler_id == _mine)),
    ),
}
_not_aside = sa.not_(_exists(aside, aside.c.labeler_id == _mine))


def _candidates(single: bool, locked: bool) -> list[CompiledStatement]:
    columns = (items.c.id, items.c.key, items.c.content, items.c.metadata, items.c.needed)
    in_force = sa.select(queues.c.ranking_id).where(queues.c.project_id == bindparam("project")).scalar_subquery()
    ranked = (
        sa.select(*columns, queue_entries.c.suggestion, queue_entries.c.pick)
        .select_from(queue_entries.join(items, items.c.id == queue_entries.c.item_id))
        .where(queue_entries.c.ranking_id == in_force, _open, _free[single], _not_aside)
        .order_by(queue_entries.c.rank)
    )
    unranked = (
        sa.select(*columns)
        .where(items.c.project_id == bindparam("project"), _open, _free[single], _not_aside)
        .order_by(items.c.shuffle)
    )
    put_aside = (
        sa.select(*columns)
        .select_from(aside.join(items, items.c.id == aside.c.item_id))
        .where(aside.c.project_id == bindparam("project"), aside.c.labeler_id == _mine, _open, _free[single])
        .order_by(aside.c.created_at)
    )
    found = [statement.limit(bindparam("most")) for statement in (ranked, unranked, put_aside)]
    if locked:
        found = [statement.with_for_update(of=items, skip_locked=True) for statement in found]
    return [CompiledStatement(statement) for statement in found]


CANDIDATES = {
    (single, dialect): _candidates(single, dialect == "postgresql")
    for single in (True, False)
    for dialect in ("sqlite", "postgresql")
}


def _take(dialect: str) -> CompiledStatement:
    insert = insert_for(dialect, leases).values(
        expires_at=clock(bindparam("seconds", type_=sa.Integer)), created_at=clock()
    )
    columns = ("labeler_id", "token", "suggestion", "pick", "expires_at", "created_at")
    taken = {name: insert.excluded[name] for name in columns}
    taking = insert.on_conflict_do_update(
        index_elements=["item_id", "slot"], set_=taken, where=leases.c.expires_at <= clock()
    )
    return CompiledStatement(taking.returning(leases.c.expires_at))


TAKE = {dialect: _take(dialect) for dialect in ("sqlite", "postgresql")}
TAKEN_SLOTS = sa.select(leases.c.slot).where(leases.c.item_id == bindparam("item"), leases.c.expires_at > clock())
RELEASE = (
    sa.delete(leases)
    .where(leases.c.item_id == bindparam("item"), leases.c.labeler_id == _mine)
    .returning(leases.c.pick)
)
HOLDERS_RETURN_SECONDS = 60
SHUFFLE, PUT_ASIDE = {"by": "shuffle"}, {"by": "put_aside"}


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


def next_items(tx: Connection, member: Member, n: int) -> list[QueueItem]:
    """Up to `n` items this labeler holds afterwards: those held already first, then newly lent ones."""
    known = {"project": member.project.id, "labeler": member.user_id}
    is_sqlite = tx.dialect.name == "sqlite"
    rows = HELD(tx, **known) if is_sqlite else HELD_AND_DROP(tx, **known)
    held = [_out(row, row.token, row.expires_at, row.suggestion) for row in rows]
    if len(held) >= n:
        return held[:n]
    if is_sqlite:
        DROP_EXPIRED_OF_MINE(tx, **known)
    # One label ends an item's stay in the queue, unless labels of this kind of labeler don't count.
    single = member.project.settings.overlap == 1 and member.project.counts(labels_as(member.caller.kind, "queue"))
    for statement, pick in zip(CANDIDATES[single, tx.dialect.name], (None, SHUFFLE, PUT_ASIDE), strict=True):
        for row in statement(tx, **known, most=n - len(held)):
            lent = _lend(tx, member, row, pick or row.pick)
            if lent is not None:
                held.append(lent)
        if len(held) >= n:
            break
    return held


def _lend(tx: Connection, member: Member, row: Any, pick: dict[str, Any] | None) -> QueueItem | None:
    """Take the first free slot of the item; None when somebody else was faster. pick: how it was chosen."""
    slot = 0
    if member.project.settings.overlap > 1:
        taken = set(tx.execute(TAKEN_SLOTS, {"item": row.id}).scalars())
        if len(taken) >= row.needed:  # a holder may be in a slot beyond what is still needed
            return None
        slot = next(number for number in range(row.needed) if number not in taken)
    suggestion = None
    if member.project.settings.show_suggestions:
        suggestion = getattr(row, "suggestion", None) or outside_suggestion(tx, row.id)
    lease = {
        "item_id": row.id,
        "slot": slot,
        "project_id": member.project.id,
        "labeler_id": member.user_id,
        "token": secrets.token_hex(8),
        "suggestion": suggestion,
        "pick": pick,
        "seconds": member.project.settings.lease_seconds,
    }
    taken_over = TAKE[tx.dialect.name].one(tx, **lease)
    return None if taken_over is None else _out(row, lease["token"], taken_over.expires_at, suggestion)


def wait_for_holders(tx: Connection) -> int:
    """After a start: leases that ran out while nobody was there to take the answers go on for a while. Who held them
    sends now what was answered meanwhile; else the queue would ask others for it, too. Returns how many.

    Nobody was there since the last lease or label: what ran out before that, ran out on its holder."""
    last_label = sa.select(labels.c.created_at).order_by(labels.c.id.desc()).limit(1)
    signs = (sa.select(sa.func.max(leases.c.created_at)), last_label)
    seen = [moment for moment in (tx.execute(sign).scalar() for sign in signs) if moment is not None]
    if not seen:
        return 0
    waiting = sa.and_(leases.c.expires_at > max(seen), leases.c.expires_at < clock(HOLDERS_RETURN_SECONDS))
    return tx.execute(sa.update(leases).where(waiting).values(expires_at=clock(HOLDERS_RETURN_SECONDS))).rowcount


def lend_again(tx: Connection, member: Member, item_id: int, pick: dict[str, Any] | None = None) -> QueueItem | None:
    """The item of an undone answer goes back to the labeler who undid it, if nobody else holds it."""
    held = tx.execute(RELEASE, {"item": item_id, "labeler": member.user_id}).first()
    row = tx.execute(sa.select(items).where(items.c.id == item_id).with_for_update()).one()
    labeled = sa.select(current_labels.c.label_id).where(
        current_labels.c.item_id == item_id, current_labels.c.labeler_id == member.user_id
    )
    if row.needed == 0 or tx.execute(labeled).first() is not None:
        return None
    return _lend(tx, member, row, pick or (held.pick if held is not None else None))


def release(tx: Connection, member: Member, tokens: list[str]) -> None:
    """Give back items that are held but will not be labeled now."""
    mine = sa.delete(leases).where(leases.c.project_id == member.project.id, leases.c.labeler_id == member.user_id)
    tx.execute(mine.where(leases.c.token.in_(tokens)))


def give_back_others(tx: Connection, member: Member, keep: list[str]) -> None:
    """Give back what is held, but for the items with these keys."""
    kept = sa.select(items.c.id).where(items.c.project_id == member.project.id, items.c.key.in_(keep))
    mine = sa.delete(leases).where(leases.c.project_id == member.project.id, leases.c.labeler_id == member.user_id)
    tx.execute(mine.where(leases.c.item_id.not_in(kept)))


def _out(row: Any, token: str, expires_at: Any, suggestion: Any) -> QueueItem:
    lease = Lease(token=token, expires_at=expires_at)
    return QueueItem(key=row.key, content=row.content, metadata=row.metadata, lease=lease, suggestion=suggestion)
