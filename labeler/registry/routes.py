import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from labeler.accounts.audit import audit
from labeler.accounts.write import Write
from labeler.kit.web import BINARY, BYTES, Config, Cursor, Db, Limit, decode_cursor, encode_cursor, sent_as
from labeler.projects.access import CanManage, CanRead
from labeler.registry import pins, service, stages, use
from labeler.registry.card import card_of
from labeler.registry.predict import predict
from labeler.registry.report_page import report_page
from labeler.wire.base import Page
from labeler.wire.jobs import JobOut
from labeler.wire.registry import ModelOut, ModelUse, PinIn, PinOut, PredictIn, PredictOut, Rollback, StageIn
from labeler.wire.test_cases import CaseRunDetail

router = APIRouter(prefix="/projects/{project_id}", tags=["models"])


class Markdown(PlainTextResponse):
    media_type = "text/markdown"


Number = Annotated[int, Path(ge=1, lt=2**31)]
ZIP = "application/zip"
ZIPPED: dict[int | str, dict[str, Any]] = {
    200: {"description": "A ZIP archive", "content": {name: {"schema": BINARY} for name in (ZIP, BYTES)}}
}


@router.get("/models")
async def list_models(
    member: CanRead, db: Db, settings: Config, limit: Limit = 50, cursor: Cursor = None
) -> Page[ModelOut]:
    """Model versions, newest first, each with the dataset version it was trained on."""
    before = decode_cursor(cursor, int)
    found = await db.aread(service.list_models, settings, member.project, before[0] if before else None, limit + 1)
    more = encode_cursor(found[limit - 1].number) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.get("/models/{number}")
async def get_model(number: Number, member: CanRead, db: Db, settings: Config) -> ModelOut:
    return await db.aread(service.get_model, settings, member.project, number)


@router.get("/models/{number}/card", response_class=Markdown)
async def get_model_card(number: Number, member: CanRead, db: Db, settings: Config) -> Markdown:
    """The model's card, in Markdown: its figures and limits, where its error comes from, how it stands to what is
    required, readiness. The front matter is what the Hugging Face Hub reads."""
    return Markdown(await db.aread(card_of, settings, member.project, number))


@router.get("/models/{number}/report", response_class=HTMLResponse)
async def get_model_report(number: Number, member: CanRead, db: Db, settings: Config) -> HTMLResponse:
    """The card with its pictures as one HTML file that loads nothing: to send, or to keep."""
    html = await db.aread(report_page, settings, member.project, number)
    name = f"{member.project.slug}-model-{number}.html"
    return HTMLResponse(
        html,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )


@router.get("/models/{number}/test-cases/{case_id}")
async def get_model_test_case(
    number: Number, case_id: Annotated[int, Path(ge=1, lt=2**62)], member: CanRead, db: Db
) -> CaseRunDetail:
    """What a model said of each item of a test case, when it was run."""
    return await db.aread(service.get_model_run, member.project, number, case_id)


@router.get("/models/{number}/export", response_class=StreamingResponse, responses=ZIPPED)
async def export_model(
    request: Request,
    number: Number,
    member: CanRead,
    db: Db,
    write: Write,
    settings: Config,
    examples: Annotated[
        int, Query(ge=0, le=1000, description="Items of the project that go along, with what the model says of them.")
    ] = 20,
    format: Annotated[
        Literal["folder", "onnx"],
        Query(description="folder: with the code that reads it; onnx: as a graph, where the model can be one."),
    ] = "folder",
) -> StreamingResponse:
    """The model as a folder that answers without the service, in a ZIP archive: its file, the code that reads it, its
    card, a small server, a Dockerfile. As ONNX: the graph, what it is given, its card, and what checks it; made only
    where it says of up to 1,000 of the project's items what the model says, within 1e-5."""
    from labeler.registry import export, onnx_export  # bring the learning engine, which few requests need

    made = onnx_export.export_onnx if format == "onnx" else export.export_model
    file = await asyncio.to_thread(made, db, settings, member.project, number, examples)
    await write(audit, member.caller, "model.exported", project_id=member.project.id, target=str(number))
    name = f"{member.project.slug}-model-{number}{'-onnx' if format == 'onnx' else ''}.zip"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        iterate_in_threadpool(export.blocks(file)), media_type=sent_as(request, ZIP), headers=headers
    )


@router.post("/models/{number}/stage")
async def set_stage(number: Number, body: StageIn, member: CanManage, write: Write, settings: Config) -> ModelOut:
    """Promote a model to live (the one before it retires), try it out on a share of the items (canary), or retire it.
    What the project requires must hold, and its test cases must pass, before it answers anything."""
    return await write(
        stages.set_stage, settings, member, number, body.stage, body.reason, share=body.share, override=body.override
    )


@router.get("/rollback")
async def get_rollback(member: CanRead, db: Db) -> Rollback:
    """Which model would be live again."""
    return Rollback(model=await db.aread(stages.live_before, member.project.id))


@router.post("/rollback")
async def roll_back(member: CanManage, write: Write, settings: Config) -> ModelOut:
    """Make the model live again that was live before."""
    return await write(stages.rollback, settings, member)


@router.post("/models/{number}/reproduce", status_code=202)
async def reproduce_model(number: Number, member: CanManage, write: Write) -> JobOut:
    """Train a model again from its dataset version and compare every prediction."""
    return await write(service.request_reproduction, member, number)


@router.post("/predict")
async def predict_items(body: PredictIn, member: CanRead, db: Db, settings: Config) -> PredictOut:
    """Predictions of the live model, with probabilities, and of the canary for its share of the items: each says which
    model made it. An item with the same key (or, without one, the same content) stays with the same model."""
    return await asyncio.to_thread(predict, db, settings, member, body)


@router.put("/predict/pin")
async def pin_model(body: PinIn, member: CanRead, write: Write, settings: Config) -> PinOut:
    """From now on the token of this request gets the predictions of this model, whatever is live or tried out; also
    when it is retired, which each answer then says (`notice`)."""
    return await write(pins.pin, settings, member, body.model)


@router.get("/predict/pins")
async def list_pins(member: CanRead, db: Db) -> Page[PinOut]:
    """Programs that ask for one model, whatever is live."""
    return Page(items=list(await db.aread(pins.pins_of, member.project)))


@router.delete("/predict/pins/{token_id}", status_code=204)
async def unpin_model(token_id: Annotated[int, Path(ge=1, lt=2**62)], member: CanRead, write: Write) -> None:
    """The token gets the live model's predictions again. One's own token; managers any."""
    await write(pins.unpin, member, token_id)


@router.get("/predict/use")
async def get_use(member: CanRead, db: Db) -> Page[ModelUse]:
    """What the live model and the canary were asked since they came to their stage: how much, by whom, how long it
    took, and how often it failed."""
    return Page(items=await db.aread(use.use_of, member.project))
