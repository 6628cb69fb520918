"""Reading labels and working through flags. Recording them is in `queue/routes.py`, with the next item."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse

from labeler.accounts.write import Write
from labeler.kit.web import LINES, NDJSON, Cursor, Db, Limit, decode_cursor, encode_cursor, ndjson, sent_as
from labeler.labels import flags, own
from labeler.labels.stream import read_labels
from labeler.projects.access import CanLabel, CanManage, CanRead, CanSee
from labeler.wire.base import Page
from labeler.wire.labels import FlagOut, OwnAnswer, OwnFlag, ResolveFlag

router = APIRouter(prefix="/projects/{project_id}", tags=["labels"])
FlagId = Annotated[int, Path(ge=1, lt=2**62)]
Since = Annotated[int, Query(ge=0, lt=2**62, description="Cursor of the last label that was read.")]


@router.get("/labels", response_class=StreamingResponse, responses=LINES)
async def stream_labels(
    request: Request, member: CanSee, db: Db, since: Since = 0, mine: bool = False
) -> StreamingResponse:
    """Labels as NDJSON, oldest first, with their history; labelers get their own. Go on with the last `cursor`."""
    own = None if member.may("read") and not mine else member.user_id
    rows = read_labels(db, member.project, since, own)
    return StreamingResponse(ndjson(rows), media_type=sent_as(request, NDJSON))


@router.get("/flags")
async def list_flags(
    member: CanRead,
    db: Db,
    state: Literal["open", "resolved", "all"] = "open",
    reason: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[FlagOut]:
    """Items that labelers found hard, newest first, with the labels that others gave."""
    before = decode_cursor(cursor, int)
    found = await db.aread(flags.list_flags, member.project, state, reason, before[0] if before else None, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.post("/flags/{flag_id}/resolve")
async def resolve_flag(flag_id: FlagId, body: ResolveFlag, member: CanManage, write: Write) -> FlagOut:
    """Close a flag; with `value` the decision is recorded as your label."""
    return await write(flags.resolve, member, flag_id, body)


@router.post("/flags/{flag_id}/reopen")
async def reopen_flag(flag_id: FlagId, member: CanManage, write: Write) -> FlagOut:
    """Take a decision back: the flag is open again; labels that came with it stay."""
    return await write(flags.reopen, member, flag_id)


@router.get("/own/answers")
async def list_own_answers(member: CanLabel, db: Db, limit: Limit = 50, cursor: Cursor = None) -> Page[OwnAnswer]:
    """Your labels, skips and hard flags that stand, newest first."""
    before = decode_cursor(cursor, int, str, int)
    found = await db.aread(own.own_answers, member, own.Place(*before) if before else None, limit + 1)
    more = encode_cursor(*own.place_of(found[limit - 1])) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.get("/own/flags")
async def list_own_flags(member: CanLabel, db: Db) -> Page[OwnFlag]:
    """Your hard flags that somebody decided and whose decision you have not read yet, oldest decision first."""
    return Page(items=await db.aread(own.decided_flags, member))


@router.post("/own/flags/{flag_id}/read", status_code=204)
async def read_own_flag(flag_id: FlagId, member: CanLabel, db: Db) -> None:
    """You have read how it was decided."""
    await db.awrite(own.mark_read, member, flag_id)
