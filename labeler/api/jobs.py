"""Jobs over HTTP: look, cancel, follow."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import StringConstraints
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.auth import Caller, SignedIn
from labeler.accounts.write import Write
from labeler.insight.job_facts import jobs_out
from labeler.kit.db import Database
from labeler.kit.errors import Forbidden, NotFound
from labeler.kit.jobs import engine
from labeler.kit.web import Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import find_project, member_of
from labeler.projects.service import projects_of
from labeler.wire.base import Page
from labeler.wire.jobs import ENDED, JobOut, State

router = APIRouter(prefix="/jobs", tags=["jobs"])
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Each event is a job.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
MOST_KINDS = 50
Kind = Annotated[str, StringConstraints(max_length=64)]
JobId = Annotated[int, Path(ge=1, lt=2**62)]


def visible_job(tx: Connection, caller: Caller, job_id: int, right: str) -> JobOut:
    """Raises `NotFound` for jobs of projects that the caller has nothing to do with, `Forbidden` without the right."""
    row = engine.get(tx, job_id)
    if row.project_id is None:
        if not caller.is_admin:
            raise NotFound(f"There is no job {job_id}.")
        return jobs_out(tx, [row])[0]
    try:
        member = member_of(caller, find_project(tx, row.project_id))
    except NotFound:
        raise NotFound(f"There is no job {job_id}.") from None
    if not member.may(right):
        raise Forbidden(f"This needs the right to {right} in the job's project.")
    return jobs_out(tx, [row])[0]


def _list(
    tx: Connection,
    caller: Caller,
    project: str | None,
    state: str | None,
    kinds: list[str] | None,
    before: int | None,
    limit: int,
) -> list[JobOut]:
    if not caller.has_scope("read"):
        raise Forbidden("This needs a token with the scope read.")
    if project is not None:
        member = member_of(caller, find_project(tx, project))
        if not member.may("read"):
            raise Forbidden("This needs the right to read in this project.")
        ids: list[int] | None = [member.project.id]
    elif caller.is_admin:
        ids = None
    else:
        ids = [entry["id"] for entry in projects_of(tx, caller) if entry["role"] in ("manager", "reader")]
    return jobs_out(tx, engine.recent(tx, ids, state, before, limit, kinds))


@router.get("")
async def list_jobs(
    caller: SignedIn,
    db: Db,
    project: Annotated[str | None, Query(max_length=80)] = None,
    state: State | None = None,
    kind: Annotated[list[Kind] | None, Query(max_length=MOST_KINDS, description="Of these kinds alone.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[JobOut]:
    """Background jobs, newest first."""
    before = decode_cursor(cursor, int)
    found = await db.aread(_list, caller, project, state, kind, before[0] if before else None, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.get("/{job_id}")
async def get_job(job_id: JobId, caller: SignedIn, db: Db) -> JobOut:
    """State and progress of a job; `result` when it is done."""
    return await db.aread(visible_job, caller, job_id, "read")


def _cancel(tx: Connection, caller: Caller, job_id: int) -> JobOut:
    job = visible_job(tx, caller, job_id, "manage")
    engine.cancel(tx, job_id)
    audit(tx, caller, "job.cancelled", project_id=job.project_id, target=f"{job.kind} {job_id}")
    return visible_job(tx, caller, job_id, "manage")


@router.post("/{job_id}/cancel")
async def cancel_job(job_id: JobId, caller: SignedIn, write: Write) -> JobOut:
    """Cancel a job: a waiting one at once, a running one within a second. Nothing is left half done."""
    return await write(_cancel, caller, job_id)


@router.get("/{job_id}/events", response_class=StreamingResponse, responses=EVENTS)
async def follow_job(job_id: JobId, caller: SignedIn, db: Db) -> StreamingResponse:
    """Server-sent events: the job each time it changes, until it ends."""
    await db.aread(visible_job, caller, job_id, "read")
    return StreamingResponse(_events(db, caller, job_id), media_type="text/event-stream")


async def _events(db: Database, caller: Caller, job_id: int) -> AsyncIterator[bytes]:
    last, quiet = b"", 0.0
    while True:
        job = await db.aread(visible_job, caller, job_id, "read")
        said = orjson.dumps(job.model_dump(mode="json"))
        if said != last:
            last, quiet = said, 0.0
            yield b"event: job\ndata: " + said + b"\n\n"
        elif quiet >= 15:
            quiet = 0.0
            yield b": still here\n\n"
        if job.state in ENDED:
            return
        await asyncio.sleep(0.5)
        quiet += 0.5
