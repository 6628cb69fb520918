"""Likely label errors: found in the background, listed, and sent back to be labeled again."""

from typing import Annotated

from fastapi import APIRouter, Query

from labeler.accounts.write import Write
from labeler.kit.web import AsWritten, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.label_errors import service
from labeler.projects.access import CanManage, CanRead
from labeler.wire.campaigns import CampaignIn, CampaignOut, Selection
from labeler.wire.jobs import JobOut
from labeler.wire.label_errors import ErrorKind, LabelErrorPage, RecheckIn

router = APIRouter(prefix="/projects/{project_id}/label-errors", tags=["label errors"], route_class=AsWritten)


@router.get("")
async def list_label_errors(
    member: CanRead,
    db: Db,
    kind: ErrorKind | None = None,
    unsent: Annotated[bool, Query(description="Leave out what was sent back already.")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> LabelErrorPage:
    """Answers that are likely wrong, worst first, and how often those that were checked were."""
    after = decode_cursor(cursor, int)
    page, more = await db.aread(service.list_errors, member.project, kind, unsent, after[0] if after else None, limit)
    page.next_cursor = None if more is None else encode_cursor(more)
    return page


@router.post("/find", status_code=202)
async def find_label_errors(member: CanManage, write: Write) -> JobOut:
    """Look for label errors now, behind all other jobs. It also happens by itself after a training."""
    return await write(service.request_look, member)


@router.post("/recheck", status_code=201)
async def recheck_label_errors(body: RecheckIn, member: CanManage, db: Db, write: Write) -> CampaignOut:
    """Ask for them again without showing the answer: of others, or of the same people where there is nobody else. It is
    a campaign like any other."""
    asked = CampaignIn(name=body.name, select=Selection(all=True))  # a request that was answered is only repeated
    if not await write.answered():
        asked = await db.aread(service.to_send, member.project, body)
    return await write(service.recheck, member, asked, body.kind)
