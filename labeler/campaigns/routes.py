"""Campaigns: items that are labeled again."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Response

from labeler.accounts.write import Write
from labeler.campaigns import service, split
from labeler.campaigns.impact import impact
from labeler.campaigns.plan import plan, refuse_nothing
from labeler.campaigns.report import detail
from labeler.campaigns.select import chosen_ids
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanManage, CanRead
from labeler.wire.base import Page
from labeler.wire.campaigns import CampaignDetail, CampaignIn, CampaignOut, CampaignPlan
from labeler.wire.impact import GuidelineImpact
from labeler.wire.schema import LooksIn, LooksOut

router = APIRouter(prefix="/projects/{project_id}", tags=["campaigns"])
Version = Annotated[int, Path(ge=1, lt=2**31)]
CampaignId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("/campaigns")
async def list_campaigns(member: CanRead, db: Db, cursor: Cursor = None, limit: Limit = 50) -> Page[CampaignOut]:
    """Newest first, with how far they are."""
    before = decode_cursor(cursor, int)
    found = await db.aread(service.list_campaigns, member.project.id, before[0] if before else None, limit)
    return Page(items=found, next_cursor=encode_cursor(found[-1].id) if len(found) == limit else None)


@router.post("/campaigns", status_code=201, responses={200: {"model": CampaignPlan, "description": "A dry run."}})
async def start_campaign(
    body: CampaignIn, response: Response, member: CanManage, db: Db, settings: Config, write: Write
) -> CampaignOut | CampaignPlan:
    """Ask for answered items again. A job writes down what is asked; then it comes before everything else in the queues
    of those who are asked. With `dry_run`, only say what it would ask (200)."""
    if not await write.answered():
        ids = await asyncio.to_thread(chosen_ids, db, settings, member.project, body.select)
        if body.dry_run:
            response.status_code = 200
            return await db.aread(plan, member.project, body, ids)
        await db.aread(refuse_nothing, member.project, body, ids)
    return await write(service.begin, member, body)


@router.get("/campaigns/{campaign_id}")
async def get_campaign(campaign_id: CampaignId, member: CanRead, db: Db) -> CampaignDetail:
    """A campaign with its progress, and what changed so far: its report, once it has ended."""
    return await db.aread(detail, member.project, campaign_id)


@router.post("/schema/looks")
async def looks_like(body: LooksIn, member: CanManage, db: Db, settings: Config) -> LooksOut:
    """How many answers with a label look like each label that it may be split into, by words and example items."""
    return await asyncio.to_thread(split.looks_like, db, settings, member, body)


@router.get("/guidelines/{version}/impact")
async def guideline_impact(version: Version, member: CanManage, db: Db, settings: Config) -> GuidelineImpact:
    """What a version of the guideline touches, drafts included: labels made under older ones, answers with labels whose
    section changed, open flags, and what a campaign would ask again."""
    return await asyncio.to_thread(impact, db, settings, member, version)


@router.post("/campaigns/{campaign_id}/end")
async def end_campaign(campaign_id: CampaignId, member: CanManage, write: Write) -> CampaignOut:
    """Ask no more; the report is about what was answered until now."""
    return await write(service.end, member, campaign_id, "ended")


@router.post("/campaigns/{campaign_id}/cancel")
async def cancel_campaign(campaign_id: CampaignId, member: CanManage, write: Write) -> CampaignOut:
    """Ask no more, since it was not meant; labels that were given stay."""
    return await write(service.end, member, campaign_id, "cancelled")
