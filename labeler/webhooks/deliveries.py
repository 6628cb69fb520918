"""What was sent to a webhook, what waits, and sending it once more."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.kit.columns import Timestamp, clock
from labeler.kit.errors import Conflict, NotFound
from labeler.kit.jobs.registry import every
from labeler.projects.access import Member
from labeler.webhooks.reading import delivery
from labeler.webhooks.service import find
from labeler.webhooks.tables import webhook_deliveries, webhooks
from labeler.wire.webhooks import PING, DeliveryOut

KEPT_DAYS = 14
MOST_FORGOTTEN = 10_000  # at a time: nobody who labels waits for it


def list_deliveries(
    tx: Connection, member: Member, webhook_id: int, state: str | None, before: int | None, limit: int
) -> list[DeliveryOut]:
    """Newest first; `before` is the id the last page ended with."""
    row = find(tx, member, webhook_id)
    statement = sa.select(webhook_deliveries).where(webhook_deliveries.c.webhook_id == row.id)
    if state is not None:
        statement = statement.where(webhook_deliveries.c.state == state)
    if before is not None:
        statement = statement.where(webhook_deliveries.c.id < before)
    return [_out(one) for one in tx.execute(statement.order_by(webhook_deliveries.c.id.desc()).limit(limit))]


def _out(row: Any) -> DeliveryOut:
    return DeliveryOut(**row._mapping, next_attempt_at=row.next_at)


def ping(tx: Connection, member: Member, webhook_id: int) -> DeliveryOut:
    """Send something at once, before all that waits."""
    hook = _on(tx, member, webhook_id)
    now = tx.execute(sa.select(sa.type_coerce(clock(), Timestamp))).scalar_one()
    data = {"project_id": member.project.id, "project": member.project.slug}
    row = delivery(hook.id, PING, now, data, now, turn=0)
    _let_go(tx, hook.id)
    return _out(tx.execute(sa.insert(webhook_deliveries).values(row).returning(webhook_deliveries)).one())


def redeliver(tx: Connection, member: Member, webhook_id: int, delivery_id: int) -> DeliveryOut:
    """Send it once more, with the same id, whatever became of it; it has all its attempts again."""
    hook = _on(tx, member, webhook_id)
    mine = sa.update(webhook_deliveries).where(
        webhook_deliveries.c.id == delivery_id, webhook_deliveries.c.webhook_id == hook.id
    )
    again = mine.values(state="waiting", turn=0, tries=0, next_at=clock()).returning(webhook_deliveries)
    row = tx.execute(again).one_or_none()
    if row is None:
        raise NotFound(f"There is no delivery {delivery_id} of this webhook.")
    _let_go(tx, hook.id)
    audit(
        tx,
        member.caller,
        "webhook.redelivered",
        project_id=member.project.id,
        target=row.message_id,
        webhook=hook.id,
        event=row.event,
    )
    return _out(row)


def _on(tx: Connection, member: Member, webhook_id: int) -> Any:
    row = find(tx, member, webhook_id)
    if not row.active:
        raise Conflict("This webhook is off: turn it on first.")
    return row


def _let_go(tx: Connection, webhook_id: int) -> None:
    """Somebody looks at it now: a pause after failures is over."""
    tx.execute(sa.update(webhooks).where(webhooks.c.id == webhook_id).values(paused_until=None))


@every(600, "webhooks.forget")
def forget_old(tx: Connection) -> None:
    """Deliveries are kept as long as the events they are of (`kit/outbox.py`)."""
    old = sa.select(webhook_deliveries.c.id).where(webhook_deliveries.c.created_at < clock(-86_400 * KEPT_DAYS))
    tx.execute(sa.delete(webhook_deliveries).where(webhook_deliveries.c.id.in_(old.limit(MOST_FORGOTTEN))))
