"""Webhooks of a project as its managers handle them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.kit.columns import Timestamp, clock
from labeler.kit.config import Settings
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, NotFound
from labeler.projects.access import Member
from labeler.webhooks.addresses import check_url, host_of
from labeler.webhooks.reading import begin
from labeler.webhooks.signing import new_secret
from labeler.webhooks.tables import webhook_deliveries, webhooks
from labeler.wire.webhooks import ALL, NewSecret, WebhookChange, WebhookIn, WebhookOut

MOST = 20  # of one project
MOST_COUNTED = 1_000
BOTH_HOURS = 24  # the secret before signs, too


def list_webhooks(tx: Connection, project_id: int) -> list[WebhookOut]:
    rows = tx.execute(sa.select(webhooks).where(webhooks.c.project_id == project_id).order_by(webhooks.c.id)).all()
    return [_out(tx, row) for row in rows]


def _out(tx: Connection, row: Any) -> WebhookOut:
    waiting = sa.select(webhook_deliveries.c.id).where(
        webhook_deliveries.c.webhook_id == row.id, webhook_deliveries.c.state == "waiting"
    )
    counted = sa.select(sa.func.count()).select_from(waiting.limit(MOST_COUNTED).subquery())
    return WebhookOut(
        id=row.id,
        url=row.url,
        events=row.events,
        active=row.active,
        off_reason=row.off_reason,
        off_at=row.off_at,
        failing_since=row.failing_since,
        waiting=tx.execute(counted).scalar_one(),
        delivered=row.delivered,
        failed=row.failed,
        previous_secret_until=row.previous_until,
        created_at=row.created_at,
    )


def find(tx: Connection, member: Member, webhook_id: int) -> Any:
    """A webhook of the member's project; raises `NotFound`."""
    mine = sa.select(webhooks).where(webhooks.c.id == webhook_id, webhooks.c.project_id == member.project.id)
    row = tx.execute(mine).one_or_none()
    if row is None:
        raise NotFound(f"There is no webhook {webhook_id} in this project.")
    return row


def create(tx: Connection, settings: Settings, member: Member, body: WebhookIn) -> NewSecret:
    project_id = member.project.id
    url, secret = check_url(body.url, settings), new_secret()
    lock(tx, "webhooks", project_id)
    count = sa.select(sa.func.count()).select_from(webhooks).where(webhooks.c.project_id == project_id)
    if tx.execute(count).scalar_one() >= MOST:
        raise Conflict(f"A project has at most {MOST} webhooks: delete one that is not needed any more.")
    values = {
        "project_id": project_id,
        "url": url,
        "events": _events(body.events),
        "active": body.active,
        "secret": secret,
        "after": begin(tx),
        "created_by": member.user_id,
        "created_at": clock(),
    }
    row = tx.execute(sa.insert(webhooks).values(values).returning(webhooks)).one()
    _audit(tx, member, "webhook.created", row, events=row.events)
    return NewSecret(**_out(tx, row).model_dump(), secret=secret)


def _events(names: Iterable[str]) -> list[str]:
    return [ALL] if ALL in names else sorted(set(names))


def change(tx: Connection, settings: Settings, member: Member, webhook_id: int, body: WebhookChange) -> WebhookOut:
    """Turned on, it is told of what comes from then on; what waited from before goes first."""
    row = find(tx, member, webhook_id)
    values: dict[str, Any] = {}
    if body.url is not None:
        values["url"] = check_url(body.url, settings)
    if body.events is not None:
        values["events"] = _events(body.events)
    if body.active is not None and body.active != row.active:
        values |= {"active": body.active, "off_reason": None, "off_at": None if body.active else clock()}
        if body.active:
            values["after"] = begin(tx)
    if values.get("active") or "url" in values:  # another receiver, or one that was mended
        values |= {"failures": 0, "failing_since": None, "paused_until": None}
    if values:
        changed = sa.update(webhooks).where(webhooks.c.id == row.id).values(values).returning(webhooks)
        row = tx.execute(changed).one()
        _audit(tx, member, "webhook.changed", row, events=row.events, active=row.active)
    return _out(tx, row)


def delete(tx: Connection, member: Member, webhook_id: int) -> None:
    row = find(tx, member, webhook_id)
    tx.execute(sa.delete(webhooks).where(webhooks.c.id == row.id))
    _audit(tx, member, "webhook.deleted", row)


def rotate(tx: Connection, member: Member, webhook_id: int) -> NewSecret:
    """A new secret; the one before signs as well for a day, so that receivers can be changed in peace."""
    row, secret = find(tx, member, webhook_id), new_secret()
    now = tx.execute(sa.select(sa.type_coerce(clock(), Timestamp))).scalar_one()
    values = {
        "secret": secret,
        "previous_secret": row.secret,
        "previous_until": now + timedelta(hours=BOTH_HOURS),
    }
    row = tx.execute(sa.update(webhooks).where(webhooks.c.id == row.id).values(values).returning(webhooks)).one()
    _audit(tx, member, "webhook.rotated", row)
    return NewSecret(**_out(tx, row).model_dump(), secret=secret)


def _audit(tx: Connection, member: Member, action: str, row: Any, **detail: Any) -> None:
    audit(tx, member.caller, action, project_id=member.project.id, target=host_of(row.url), webhook=row.id, **detail)
