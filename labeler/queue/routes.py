"""The labelers' routes: what to label next, and every kind of answer with the items that follow."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import ValidationError

from labeler.kit.errors import Invalid, TooLarge
from labeler.kit.validation import explain_validation
from labeler.kit.web import LINES_BODY, Config, Db, bulk_body, parse_bulk, parse_json, read_body, sent_lines
from labeler.projects.access import CanLabel
from labeler.queue import answer
from labeler.queue.giving_back import release
from labeler.queue.remaining import remaining
from labeler.wire.labels import FlagIn, LabelAndNext, LabelIn, SkipIn
from labeler.wire.queue import (
    FlagAnswer,
    LabelAnswer,
    LabelsRecorded,
    NextIn,
    NextOut,
    ReleaseIn,
    SkipAnswer,
    Undone,
    UndoneLabel,
)

router = APIRouter(prefix="/projects/{project_id}", tags=["queue"])
OnceHeader = Annotated[
    str | None, Header(alias="idempotency-key", min_length=1, max_length=180, description="As in the body.")
]
REPEATED = "It was recorded before, under the same `idempotency_key`."
RowId = Annotated[int, Path(ge=1, lt=2**62)]


@router.post("/queue/next")
async def next_items(member: CanLabel, db: Db, body: NextIn | None = None) -> NextOut:
    """What to label next. Items are lent to you for a time; asking again returns those you hold."""
    wanted = body or NextIn()
    answered = await db.awrite(answer.next_, member, wanted.n, wanted.keep)
    answered.remaining = await remaining.of(db, member.project.id)
    return answered


@router.post("/queue/release", status_code=204)
async def release_items(body: ReleaseIn, member: CanLabel, db: Db) -> None:
    """Give items back that you will not label now."""
    await db.awrite(release, member, body.lease_tokens)


@router.post(
    "/labels/lines",
    status_code=201,
    name="submit_label_lines",
    response_model=LabelsRecorded,
    openapi_extra=LINES_BODY,
)
@router.post(
    "/labels",
    status_code=201,
    response_model=LabelAnswer | LabelsRecorded,
    responses={200: {"model": LabelAnswer, "description": REPEATED}},
    openapi_extra=bulk_body(LabelIn, single=LabelAndNext),
)
async def submit_labels(
    request: Request, response: Response, member: CanLabel, db: Db, settings: Config, once: OnceHeader = None
) -> LabelAnswer | LabelsRecorded:
    """Record a label, or a list of them (all or none). With `next`, the answer holds what to label next.

    Repeating the same `idempotency_key` returns the first answer (200).
    """
    raw = await read_body(request, settings.max_body_bytes)
    is_ndjson = sent_lines(request)
    if is_ndjson or raw.lstrip()[:1] == b"[":
        bodies = _many(parse_bulk(raw, is_ndjson), settings.max_bulk)
        if once is not None:
            for number, entry in enumerate(bodies):
                entry.idempotency_key = entry.idempotency_key or f"{once} {number}"
        return LabelsRecorded(labels=await db.awrite(answer.label_many, member, bodies))
    sent = parse_json(raw)
    try:
        body = LabelAndNext.model_validate(sent)
    except ValidationError as error:
        raise explain_validation(error, sent) from None
    body.idempotency_key = body.idempotency_key or once
    answered, repeated = await db.awrite(answer.label, member, body)
    if repeated:
        response.status_code = 200
    if answered.items is not None:
        answered.remaining = await remaining.of(db, member.project.id)
    return answered


def _many(entries: list[Any], most: int) -> list[LabelIn]:
    if len(entries) > most:
        raise TooLarge(f"More than {most:,} labels in one request. Send them in parts.")
    bodies = []
    for number, entry in enumerate(entries):
        if isinstance(entry, ValueError):
            raise Invalid(
                f"row {number + 1}: not valid JSON: {entry}.", errors=[{"pointer": f"/{number}", "detail": str(entry)}]
            )
        try:
            bodies.append(LabelIn.model_validate(entry))
        except ValidationError as error:
            raise explain_validation(error, entry, f"/{number}") from None
    return bodies


@router.delete("/labels/{label_id}")
async def undo_label(label_id: RowId, member: CanLabel, db: Db) -> UndoneLabel:
    """Take your label back. Nothing is erased: an undo is one more entry in the history."""
    return await db.awrite(answer.undo_label, member, label_id)


@router.post("/skips", status_code=201, responses={200: {"model": SkipAnswer, "description": REPEATED}})
async def skip_item(body: SkipIn, response: Response, member: CanLabel, db: Db, once: OnceHeader = None) -> SkipAnswer:
    """Put an item aside, with a reason. It comes back to you when nothing else is left."""
    body.idempotency_key = body.idempotency_key or once
    answered, repeated = await db.awrite(answer.skip, member, body)
    response.status_code = 200 if repeated else 201
    if answered.items is not None:
        answered.remaining = await remaining.of(db, member.project.id)
    return answered


@router.delete("/skips/{skip_id}")
async def undo_skip(skip_id: RowId, member: CanLabel, db: Db) -> Undone:
    return await db.awrite(answer.undo_skip, member, skip_id)


@router.post("/flags", status_code=201, responses={200: {"model": FlagAnswer, "description": REPEATED}})
async def flag_item(body: FlagIn, response: Response, member: CanLabel, db: Db, once: OnceHeader = None) -> FlagAnswer:
    """Say that an item is hard to label, and why, without labeling it."""
    body.idempotency_key = body.idempotency_key or once
    answered, repeated = await db.awrite(answer.flag, member, body)
    response.status_code = 200 if repeated else 201
    if answered.items is not None:
        answered.remaining = await remaining.of(db, member.project.id)
    return answered


@router.delete("/flags/{flag_id}")
async def undo_flag(flag_id: RowId, member: CanLabel, db: Db) -> Undone:
    return await db.awrite(answer.undo_flag, member, flag_id)
