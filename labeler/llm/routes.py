import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Query

from labeler.accounts.write import Write
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.llm import asked_for, reading, service
from labeler.projects.access import CanManage, CanRead
from labeler.wire.base import Page
from labeler.wire.jobs import JobOut
from labeler.wire.llm import (
    LlmAsk,
    LlmChange,
    LlmIn,
    LlmOut,
    LlmPage,
    LlmPreview,
    LlmPreviewIn,
    LlmPromptVersion,
    LlmRunIn,
    LlmTrialIn,
    Outcome,
)

router = APIRouter(prefix="/projects/{project_id}/labelers", tags=["language models"])
Number = Annotated[int, Path(ge=1, lt=2**62)]
OfItem = Annotated[str | None, Query(max_length=200, description="Questions about this item.")]
With = Annotated[Outcome | None, Query(description="Questions that came to this.")]


@router.get("/llm")
async def list_llms(member: CanRead, db: Db, settings: Config) -> LlmPage:
    """The language models that label here, how often each is right, what it costs, and whether it counts."""
    return await db.aread(reading.list_llms, settings, member.project)


@router.post("", status_code=201)
async def create_llm(body: LlmIn, member: CanManage, write: Write, settings: Config) -> LlmOut:
    """Let a language model label. It asks nothing until a trial or a run is started, and counts for nothing until it is
    measured."""
    return await write(service.create, settings, member, body)


@router.get("/{labeler_id}")
async def get_llm(labeler_id: Number, member: CanRead, db: Db) -> LlmOut:
    """One language model."""
    return await db.aread(lambda tx: reading.llm_out(tx, member.project, service.find(tx, member.project, labeler_id)))


@router.patch("/{labeler_id}")
async def change_llm(labeler_id: Number, body: LlmChange, member: CanManage, write: Write, settings: Config) -> LlmOut:
    """Change it, pause it, let it go on, or let its labels count (409 unless it passes). With another prompt or model
    it is measured again."""
    return await write(service.change, settings, member, labeler_id, body)


@router.delete("/{labeler_id}", status_code=204)
async def delete_llm(labeler_id: Number, member: CanManage, write: Write) -> None:
    """It labels no more, and its key is gone. Its labels stay."""
    await write(service.delete, member, labeler_id)


@router.get("/{labeler_id}/prompts")
async def list_llm_prompts(labeler_id: Number, member: CanRead, db: Db) -> Page[LlmPromptVersion]:
    """All versions of what it is asked, the newest first."""
    await db.aread(service.find, member.project, labeler_id)
    return Page(items=await db.aread(reading.prompts, labeler_id))


@router.post("/{labeler_id}/preview")
async def preview_llm(labeler_id: Number, body: LlmPreviewIn, member: CanManage, db: Db) -> LlmPreview:
    """What would be sent of an item, with a prompt that is tried or its own. Nothing is sent."""
    return await asyncio.to_thread(asked_for.preview, db, member.project, labeler_id, body)


@router.post("/{labeler_id}/trial", status_code=202)
async def try_llm(labeler_id: Number, body: LlmTrialIn, member: CanManage, write: Write, settings: Config) -> JobOut:
    """Ask it about some items, answered ones where there are any. The job's result is an `LlmTrial`; no label is
    made."""
    return await write(asked_for.start_trial, settings, member, labeler_id, body)


@router.post("/{labeler_id}/run", status_code=202)
async def run_llm(labeler_id: Number, body: LlmRunIn, member: CanManage, write: Write, settings: Config) -> JobOut:
    """Let it label open items in the background, up to so many and at so much cost."""
    return await write(asked_for.start_run, settings, member, labeler_id, body)


@router.get("/{labeler_id}/asked")
async def list_llm_asks(
    labeler_id: Number,
    member: CanManage,
    db: Db,
    item_key: OfItem = None,
    outcome: With = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[LlmAsk]:
    """What was asked and what came back, newest first; texts of the newest 20,000 questions."""
    await db.aread(service.find, member.project, labeler_id)
    before = decode_cursor(cursor, int)
    at = before[0] if before else None
    found = await db.aread(reading.asked, labeler_id, item_key, outcome, at, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)
