"""Answers in force, and changes of what can be answered (its versions are listed in `projects/routes.py`)."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from labeler.accounts.write import Write
from labeler.kit.web import LINES, NDJSON, Db, ndjson, sent_as
from labeler.projects.access import CanManage, CanRead
from labeler.quality.schema_change import request_change
from labeler.quality.stream import read_answers
from labeler.wire.schema import SchemaChange, SchemaVersionOut

router = APIRouter(prefix="/projects/{project_id}", tags=["quality"])


@router.get("/answers", response_class=StreamingResponse, responses=LINES)
async def stream_answers(request: Request, member: CanRead, db: Db) -> StreamingResponse:
    """The answer in force of every item that has one, as NDJSON, with the labels that it was made of."""
    rows = ndjson(read_answers(db, member.project))
    return StreamingResponse(rows, media_type=sent_as(request, NDJSON))


@router.post("/schema", status_code=201, responses={200: {"model": SchemaVersionOut, "description": "A dry run."}})
async def change_schema(body: SchemaChange, response: Response, member: CanManage, write: Write) -> SchemaVersionOut:
    """Make the next version of what can be answered: add, rename, merge, describe, reorder or retire labels.

    Answers stay as they were given and are read through `mapping`. With `dry_run`, only say what it would touch (200).
    """
    made = await write(request_change, member, body)
    if body.dry_run:
        response.status_code = 200
    return made
