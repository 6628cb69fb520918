"""Items by URL: fetched once, and looked at again on request."""

from typing import Annotated

from fastapi import APIRouter, Query

from labeler.accounts.write import Write
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanRead, CanWrite
from labeler.sources import service
from labeler.wire.jobs import JobOut
from labeler.wire.sources import FetchIn, Sources, SourceState

router = APIRouter(prefix="/projects/{project_id}", tags=["items"])


@router.post("/items/fetch", status_code=202)
async def fetch_items(body: FetchIn, member: CanWrite, write: Write, settings: Config) -> JobOut:
    """Fetch documents as items: a text, the text of an HTML page, or a JSON object as a table's row. Each is copied
    once, with its hash and the time, and never read again but to compare it. 409: the operator has named no host. 422:
    an address that may not be called."""
    return await write(service.request_fetch, settings, member, body)


@router.get("/sources")
async def list_sources(
    member: CanRead,
    db: Db,
    settings: Config,
    state: Annotated[SourceState | None, Query(description="Only those.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Sources:
    """Where items came from that were fetched, and whether their documents have changed since."""
    after = decode_cursor(cursor, int)
    start = after[0] if after else 0
    page, more = await db.aread(service.list_sources, settings, member.project, state, start, limit)
    return page.model_copy(update={"next_cursor": None if more is None else encode_cursor(more)})


@router.post("/sources/recheck", status_code=202)
async def recheck_sources(member: CanWrite, write: Write, settings: Config) -> JobOut:
    """Look at every document again, behind all other jobs: the items stay as they were fetched. 409: there is none, or
    fetching is off."""
    return await write(service.request_recheck, settings, member)
