"""From the outbox to deliveries: what happened since the last look, for each webhook that wants it, in order.

SQLite has one writer, so ids are committed in their order. On PostgreSQL an id can be missing because its transaction
still runs: nothing beyond it is read until that is over, however it ends. It is over once every transaction that had
begun to write when the gap was seen has ended (`pg_snapshot_xmin`); events tell of what was written before in the same
transaction, so it had a number by then.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.items.tables import items
from labeler.kit.columns import Timestamp, clock
from labeler.kit.outbox import outbox
from labeler.projects.tables import projects
from labeler.webhooks.tables import webhook_deliveries, webhook_reader, webhooks
from labeler.wire.webhooks import ALL, EventName

MOST = 200
FAR = 5_000  # ids that nobody wants are read again after a restart; beyond so many it is worth a write to spare that
WANTED = frozenset(EventName.__args__)  # type: ignore[attr-defined]


class Lost(Exception):
    """Another worker reads and sends now."""


@dataclass(frozen=True)
class Hook:
    """What a reader needs to know of a webhook that is on."""

    id: int
    project_id: int
    events: frozenset[str]
    after: int
    slug: str

    def wants(self, event_id: int, name: str) -> bool:
        return event_id > self.after and name in WANTED and (ALL in self.events or name in self.events)


@dataclass(frozen=True)
class Found:
    """What one look found. read_to: where the next begins; rows: deliveries to store; is_full: there may be more."""

    was: int
    read_to: int
    rows: list[dict[str, Any]] = field(default_factory=list)
    is_full: bool = False


def any_on(tx: Connection) -> bool:
    return tx.execute(sa.select(webhooks.c.id).where(webhooks.c.active).limit(1)).first() is not None


def _hooks(tx: Connection) -> list[Hook]:
    columns = (webhooks.c.id, webhooks.c.project_id, webhooks.c.events, webhooks.c.after, projects.c.slug)
    there = sa.select(*columns).join(projects, projects.c.id == webhooks.c.project_id)
    rows = tx.execute(there.where(webhooks.c.active, projects.c.deleted_at.is_(None)).order_by(webhooks.c.id))
    return [Hook(row.id, row.project_id, frozenset(row.events), row.after, row.slug) for row in rows]


class Reader:
    """One worker's place in the outbox, which may be ahead of the one that is stored: in between is nothing wanted."""

    def __init__(self) -> None:
        self._at = 0
        self._gap: tuple[int, int] | None = None
        """The newest id that was there when one before it was missing, and the number of the transaction that had not
        begun by then."""

    def look(self, tx: Connection) -> Found | None:
        """None: nothing to be told to anybody, and the place is not worth storing."""
        hooks = _hooks(tx)
        if not hooks:
            return None
        was: int = tx.execute(sa.select(webhook_reader.c.read_to)).scalar_one()
        start = max(self._at, was, min(hook.after for hook in hooks))
        ended = _number(tx, "pg_snapshot_xmin")
        columns = (outbox.c.id, outbox.c.name, outbox.c.project_id)
        rows = tx.execute(sa.select(*columns).where(outbox.c.id > start).order_by(outbox.c.id).limit(MOST)).all()
        read = self._settled(start, rows, ended, _number(tx, "pg_snapshot_xmax"))
        if not read:
            return None
        of_project: dict[int, list[Hook]] = {}
        for hook in hooks:
            of_project.setdefault(hook.project_id, []).append(hook)
        wanted = [
            (hook, row.id)
            for row in read
            for hook in of_project.get(row.project_id, ())
            if hook.wants(row.id, row.name)
        ]
        self._at = start
        if not wanted and read[-1].id - was < FAR:
            self._at = read[-1].id
            return Found(was, was, is_full=True) if len(read) == MOST else None
        # Made here, where nobody waits: on SQLite labelers wait for every writer.
        return Found(was, read[-1].id, _deliveries(tx, wanted) if wanted else [], len(read) == MOST)

    def _settled(self, start: int, rows: Sequence[Any], ended: int | None, begun: int | None) -> Sequence[Any]:
        """The rows before which none can come any more."""
        if ended is None or begun is None:
            return rows
        sure = 0
        while sure < len(rows) and rows[sure].id == start + 1 + sure:
            sure += 1
        if sure == len(rows):
            return rows
        if self._gap is not None and ended >= self._gap[1]:
            newest, self._gap = self._gap[0], None
            if newest > start:
                return [row for row in rows if row.id <= newest]
        if self._gap is None:
            self._gap = (rows[-1].id, begun)
        return rows[:sure]

    def store(self, tx: Connection, found: Found, holder: str) -> None:
        """Deliveries and the new place, in one transaction. Raises `Lost`."""
        mine = sa.update(webhook_reader).where(webhook_reader.c.holder == holder, webhook_reader.c.read_to == found.was)
        if tx.execute(mine.values(read_to=found.read_to)).rowcount == 0:
            raise Lost
        if found.rows:
            tx.execute(sa.insert(webhook_deliveries), found.rows)


def _number(tx: Connection, function: str) -> int | None:
    """A number of transactions: all before `pg_snapshot_xmin` have ended, none from `pg_snapshot_xmax` on has begun."""
    if tx.dialect.name != "postgresql":
        return None
    return int(tx.exec_driver_sql(f"SELECT {function}(pg_current_snapshot())::text").scalar_one())


def _deliveries(tx: Connection, wanted: Sequence[tuple[Hook, int]]) -> list[dict[str, Any]]:
    events = {row.id: row for row in tx.execute(sa.select(outbox).where(outbox.c.id.in_({one for _, one in wanted})))}
    about = {row.payload["item_id"] for row in events.values() if "item_id" in row.payload}
    known = tx.execute(sa.select(items.c.id, items.c.key).where(items.c.id.in_(about))) if about else ()
    keys: dict[int, str] = {row.id: row.key for row in known}
    now = tx.execute(sa.select(sa.type_coerce(clock(), Timestamp))).scalar_one()
    rows = []
    for hook, event_id in wanted:
        event = events[event_id]
        data = {**event.payload, "project": hook.slug}
        if "item_id" in data:
            data["item_key"] = keys.get(data["item_id"])
        rows.append(delivery(hook.id, event.name, event.created_at, data, now))
    return rows


def delivery(webhook_id: int, event: str, at: Any, data: dict[str, Any], now: Any, turn: int = 1) -> dict[str, Any]:
    """A row that waits to be sent."""
    return {
        "webhook_id": webhook_id,
        "message_id": f"msg_{uuid.uuid4().hex}",
        "event": event,
        "at": at,
        "data": data,
        "turn": turn,
        "next_at": now,
        "created_at": now,
    }


def begin(tx: Connection) -> int:
    """The newest id of the outbox: a webhook is told of what comes after it."""
    return int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(outbox.c.id), 0))).scalar_one())


def go_back(tx: Connection) -> None:
    """After a restore: ids go on behind the newest that is there, which may be before what had been read."""
    newest = begin(tx)
    tx.execute(sa.update(webhook_reader).values(holder=None, lease_until=None))
    tx.execute(sa.update(webhook_reader).where(webhook_reader.c.read_to > newest).values(read_to=newest))
    tx.execute(sa.update(webhooks).where(webhooks.c.after > newest).values(after=newest))
