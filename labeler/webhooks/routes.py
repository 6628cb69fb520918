from typing import Annotated

from fastapi import APIRouter, Path, Query

from labeler.accounts.write import Write
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanManage
from labeler.webhooks import deliveries, service
from labeler.wire.base import Page
from labeler.wire.webhooks import DeliveryOut, NewSecret, State, WebhookChange, WebhookIn, WebhookOut

router = APIRouter(prefix="/projects/{project_id}/webhooks", tags=["webhooks"])
Number = Annotated[int, Path(ge=1, lt=2**62)]
InState = Annotated[State | None, Query(description="Only those in this state.")]


@router.get("")
async def list_webhooks(member: CanManage, db: Db) -> Page[WebhookOut]:
    """Where what happens in the project is sent, how it goes, and what was turned off."""
    return Page(items=await db.aread(service.list_webhooks, member.project.id))


@router.post("", status_code=201)
async def create_webhook(body: WebhookIn, member: CanManage, write: Write, settings: Config) -> NewSecret:
    """Send what happens from now on to an address, signed. The secret is shown this once."""
    return await write(service.create, settings, member, body)


@router.patch("/{webhook_id}")
async def change_webhook(
    webhook_id: Number, body: WebhookChange, member: CanManage, write: Write, settings: Config
) -> WebhookOut:
    """Change where to, what of, or turn it on and off."""
    return await write(service.change, settings, member, webhook_id, body)


@router.delete("/{webhook_id}", status_code=204)
async def delete_webhook(webhook_id: Number, member: CanManage, write: Write) -> None:
    """With all that was recorded of its deliveries."""
    await write(service.delete, member, webhook_id)


@router.post("/{webhook_id}/secret")
async def rotate_secret(webhook_id: Number, member: CanManage, write: Write) -> NewSecret:
    """Sign with a new secret, shown this once; the one before signs, too, for a day."""
    return await write(service.rotate, member, webhook_id)


@router.post("/{webhook_id}/test", status_code=202)
async def test_webhook(webhook_id: Number, member: CanManage, write: Write) -> DeliveryOut:
    """Send an event of the type `ping` at once."""
    return await write(deliveries.ping, member, webhook_id)


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: Number,
    member: CanManage,
    db: Db,
    state: InState = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[DeliveryOut]:
    """What was sent and what waits, newest first; kept for 14 days."""
    before = decode_cursor(cursor, int)
    found = await db.aread(
        deliveries.list_deliveries, member, webhook_id, state, before[0] if before else None, limit + 1
    )
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redeliver", status_code=202)
async def redeliver_event(webhook_id: Number, delivery_id: Number, member: CanManage, write: Write) -> DeliveryOut:
    """Send it once more, with the same `webhook-id`."""
    return await write(deliveries.redeliver, member, webhook_id, delivery_id)
