"""Items that are labeled at once: checked by people on a sample first."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from labeler.accounts.write import Write
from labeler.bulk_labels import service
from labeler.bulk_labels.select import like_ids, plan
from labeler.kit.web import AsWritten, Config, Db
from labeler.projects.access import CanManage, CanRead
from labeler.wire.base import Page
from labeler.wire.bulk_labels import BulkIn, BulkOut, BulkPlan

router = APIRouter(prefix="/projects/{project_id}/bulk", tags=["bulk labels"], route_class=AsWritten)
BulkId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("")
async def list_bulks(member: CanRead, db: Db) -> Page[BulkOut]:
    """The newest hundred first, with how far their checks are."""
    return Page(items=await db.aread(service.list_bulks, member.project))


@router.post("", status_code=201, responses={200: {"model": BulkPlan, "description": "A dry run."}})
async def label_at_once(
    body: BulkIn, response: Response, member: CanManage, db: Db, settings: Config, write: Write
) -> BulkOut | BulkPlan:
    """Label all these items at once. None of the labels counts until people, who are not shown the value, have labeled
    a random sample, and the share with the same answer is surely higher than the bar. With `dry_run`, only say what
    it would label (200)."""
    asked: dict[str, Any] = {}
    value: Any = None
    if not await write.answered():
        asked = body.model_dump(mode="json", exclude_none=True, exclude_defaults=True, include={"where", "keys"})
        ids = await asyncio.to_thread(like_ids, db, settings, member.project, body)
        if ids is not None:
            asked = {"ids": ids}
        planned = await db.aread(plan, member.project, asked, body.check)
        if body.dry_run:
            response.status_code = 200
            return planned
        value = service.check(member.project, body, planned)
    return await write(service.begin, member, body, asked, value)


@router.get("/{bulk_id}")
async def get_bulk(bulk_id: BulkId, member: CanRead, db: Db) -> BulkOut:
    """One of them: how far its check is, and whether its labels count."""
    return await db.aread(service.get, member.project, bulk_id)


@router.post("/{bulk_id}/undo", status_code=202)
async def undo_bulk(bulk_id: BulkId, member: CanManage, write: Write) -> BulkOut:
    """Take all of its labels back, whether they count or not. They stay on record."""
    return await write(service.take_back, member, bulk_id)
