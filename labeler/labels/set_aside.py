"""Skips and hard flags: what a labeler says when there is no easy label.

Both put the item aside for this labeler (unless a flag goes with a label); others still get it.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import Conflict, NotFound
from labeler.kit.events import Event, emit
from labeler.labels.submit import find_item, guideline_of
from labeler.labels.tables import aside, flags, skips
from labeler.projects.access import Member
from labeler.wire.labels import FlagIn, SkipIn, SkipOut


@dataclass(frozen=True)
class PutAside(Event):
    """A labeler skipped an item, or flagged it without a label."""

    name: ClassVar[str] = "item.put_aside"
    project_id: int
    item_id: int
    labeler_id: int


@dataclass(frozen=True)
class Flagged(Event):
    """An item was flagged as hard to label."""

    name: ClassVar[str] = "item.flagged"
    project_id: int
    item_id: int
    labeler_id: int
    flag_id: int


@dataclass(frozen=True)
class Aside:
    """The recorded skip or flag, and whether this very request was answered before."""

    row: SkipOut
    item_id: int
    repeated: bool = False


INSERT_SKIP = sa.insert(skips).values(created_at=clock()).returning(skips.c.id, skips.c.created_at)
INSERT_FLAG = sa.insert(flags).values(created_at=clock()).returning(flags.c.id, flags.c.created_at)


def _repeated(tx: Connection, table: sa.Table, member: Member, body: SkipIn) -> Aside | None:
    if body.idempotency_key is None:
        return None
    statement = (
        sa.select(table, items.c.key)
        .join(items, items.c.id == table.c.item_id)
        .where(
            table.c.project_id == member.project.id,
            table.c.labeler_id == member.user_id,
            table.c.idempotency_key == bindparam("once"),
        )
    )
    row = tx.execute(statement, {"once": body.idempotency_key}).one_or_none()
    if row is None:
        return None
    if row.key != body.item_key:
        raise Conflict("This idempotency_key was used for another item. Use a new one for each answer.")
    return Aside(_out(row, row.key), row.item_id, repeated=True)


def _repeated_locked(tx: Connection, table: sa.Table, member: Member, body: SkipIn) -> Aside | None:
    """As `_repeated`; on PostgreSQL the same request may be at work: wait for the item, then look again."""
    before = _repeated(tx, table, member, body)
    if before is None and body.idempotency_key is not None and tx.dialect.name != "sqlite":
        find_item(tx, member, body.item_key)
        before = _repeated(tx, table, member, body)
    return before


def _out(row: Any, key: str) -> SkipOut:
    return SkipOut(id=row.id, item_key=key, reason=row.reason, note=row.note, created_at=row.created_at)


def _record(tx: Connection, member: Member, body: SkipIn, insert: Any, key: str | None) -> tuple[SkipOut, int]:
    item = find_item(tx, member, body.item_key)
    row = {
        "project_id": member.project.id,
        "item_id": item.id,
        "labeler_id": member.user_id,
        "reason": body.reason,
        "note": body.note,
        "guideline_version": guideline_of(item, body.guideline_version),
        "idempotency_key": key,
    }
    created = tx.execute(insert, row).one()
    out = SkipOut(
        id=created.id, item_key=body.item_key, reason=body.reason, note=body.note, created_at=created.created_at
    )
    return out, item.id


def _put_aside(tx: Connection, member: Member, item_id: int) -> None:
    row = {"project_id": member.project.id, "labeler_id": member.user_id, "item_id": item_id, "created_at": clock()}
    insert = upsert(tx, aside).values(row)
    tx.execute(insert.on_conflict_do_update(index_elements=["labeler_id", "item_id"], set_={"created_at": clock()}))
    emit(tx, PutAside(member.project.id, item_id, member.user_id), member.project)


def skip(tx: Connection, member: Member, body: SkipIn) -> Aside:
    if (before := _repeated_locked(tx, skips, member, body)) is not None:
        return before
    out, item_id = _record(tx, member, body, INSERT_SKIP, body.idempotency_key)
    _put_aside(tx, member, item_id)
    return Aside(out, item_id)


def flag(tx: Connection, member: Member, body: FlagIn) -> Aside:
    """Flag an item as hard without labeling it; it is put aside for this labeler."""
    if (before := _repeated_locked(tx, flags, member, body)) is not None:
        return before
    out, item_id = _record(tx, member, body, INSERT_FLAG, body.idempotency_key)
    _put_aside(tx, member, item_id)
    emit(tx, Flagged(member.project.id, item_id, member.user_id, out.id), member.project)
    return Aside(out, item_id)


def flag_with_label(tx: Connection, member: Member, body: FlagIn, label_id: int) -> int:
    """The flag that goes with a label just recorded; returns its id."""
    out, item_id = _record(tx, member, body, INSERT_FLAG, None)
    tx.execute(sa.update(flags).where(flags.c.id == out.id).values(label_id=label_id))
    emit(tx, Flagged(member.project.id, item_id, member.user_id, out.id), member.project)
    return out.id


def undo(tx: Connection, member: Member, table: sa.Table, row_id: int) -> int:
    """Take back one's own skip or flag (the row stays, marked); returns the item's id."""
    statement = sa.select(table).where(
        table.c.id == row_id, table.c.project_id == member.project.id, table.c.labeler_id == member.user_id
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"You have no {table.name[:-1]} {row_id} in this project.")
    if row.undone_at is None:
        tx.execute(sa.update(table).where(table.c.id == row_id).values(undone_at=clock()))
    back = sa.delete(aside).where(aside.c.labeler_id == member.user_id, aside.c.item_id == row.item_id)
    tx.execute(back)
    return int(row.item_id)
