from typing import Annotated

from fastapi import APIRouter, Path

from labeler.accounts.write import Write
from labeler.guidelines import service
from labeler.guidelines.apart import compared_soon, rendered
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanSee
from labeler.wire.base import Page
from labeler.wire.guidelines import CurrentGuideline, GuidelineDiff, GuidelineIn, GuidelineOut, Publish

router = APIRouter(prefix="/projects/{project_id}/guidelines", tags=["guidelines"])
Version = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("")
async def list_guidelines(member: CanSee, db: Db) -> Page[GuidelineOut]:
    return Page(items=[await rendered(one) for one in await db.aread(service.list_versions, member)])


@router.post("", status_code=201)
async def save_draft(body: GuidelineIn, member: CanManage, write: Write) -> GuidelineOut:
    """Save the draft of the next version. Nobody labels by it until it is published."""
    return await rendered(await write(service.save_draft, member, body))


@router.get("/current")
async def current_guideline(member: CanSee, db: Db) -> CurrentGuideline:
    """The version in force, and what changed since the caller acknowledged one."""
    found, read, before = await db.aread(service.current, member)
    out = await rendered(found)
    is_older = read is not None and read < out.version
    changes = await compared_soon(before, out.text) if is_older else []
    return CurrentGuideline(**out.model_dump(), acknowledged_version=read, changes=changes)


@router.get("/{version}")
async def get_guideline(version: Version, member: CanSee, db: Db) -> GuidelineOut:
    return await rendered(await db.aread(service.get_version, member, version))


@router.post("/{version}/publish")
async def publish_guideline(
    version: Version, member: CanManage, write: Write, body: Publish | None = None
) -> GuidelineOut:
    """Publish a draft. It can't be changed from then on, and labelers must acknowledge it."""
    return await rendered(await write(service.publish, member, version, body.note if body else None))


@router.post("/{version}/acknowledge", status_code=204)
async def acknowledge_guideline(version: Version, member: CanSee, write: Write) -> None:
    """Say that you have read this version; labeling goes on."""
    await write(service.acknowledge, member, version)


@router.get("/{a}/diff/{b}")
async def compare_guidelines(a: Version, b: Version, member: CanSee, db: Db) -> GuidelineDiff:
    """Two versions side by side."""
    texts = await db.aread(service.texts, member, a, b)
    return GuidelineDiff(a=a, b=b, rows=await compared_soon(*texts))
