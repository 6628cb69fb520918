"""Answers in force, and changes of what can be answered (its versions are listed in `projects/routes.py`)."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from labeler.accounts.write import Write
from labeler.kit.web import LINES, NDJSON, Db, ndjson, sent_as
from labeler.projects.access import CanManage, CanRead
from labeler.quality import gold
from labeler.quality.agreement import agreement
from labeler.quality.schema_change import request_change
from labeler.quality.stream import read_answers
from labeler.wire.base import Page
from labeler.wire.quality import AgreementOut, GoldKeys, GoldList, GoldOut, GoldPromotion, GoldRow
from labeler.wire.schema import SchemaChange, SchemaVersionOut

router = APIRouter(prefix="/projects/{project_id}", tags=["quality"])


@router.get("/answers", response_class=StreamingResponse, responses=LINES)
async def stream_answers(request: Request, member: CanRead, db: Db) -> StreamingResponse:
    """The answer in force of every item that has one, as NDJSON, with the labels that it was made of."""
    rows = ndjson(read_answers(db, member.project))
    return StreamingResponse(rows, media_type=sent_as(request, NDJSON))


@router.get("/insight/agreement")
async def get_agreement(member: CanRead, db: Db) -> AgreementOut:
    """How far people agree on items that several labeled: as a whole, by label, and every two of them."""
    return await db.aread(agreement, member.project)


@router.get("/gold")
async def list_gold(member: CanManage, db: Db) -> Page[GoldRow]:
    """The items whose answer is known, the newest first. Labelers never see which they are."""
    return Page(items=await db.aread(gold.list_gold, member.project))


@router.post("/gold")
async def set_gold(body: GoldList, member: CanManage, write: Write) -> GoldOut:
    """Say what is known of items: it is their answer, and people are held against it."""
    return await write(gold.set_gold, member, body.items)


@router.post("/gold/promote")
async def promote_to_gold(body: GoldPromotion, member: CanManage, write: Write) -> GoldOut:
    """Make gold of answers that several people gave and that are certain. With `dry_run`, only say which."""
    return await write(gold.promote, member, body)


@router.post("/gold/remove", status_code=204)
async def remove_gold(body: GoldKeys, member: CanManage, write: Write) -> None:
    """These items are as before: their labels decide."""
    await write(gold.remove_gold, member, body.item_keys)


@router.post("/schema", status_code=201, responses={200: {"model": SchemaVersionOut, "description": "A dry run."}})
async def change_schema(body: SchemaChange, response: Response, member: CanManage, write: Write) -> SchemaVersionOut:
    """Make the next version of what can be answered: add, rename, merge, split, describe, reorder or retire
    labels.

    Answers stay as they were given and are read through `mapping`. With `dry_run`, only say what it would touch (200).
    """
    made = await write(request_change, member, body)
    if body.dry_run:
        response.status_code = 200
    return made
