"""Items come in here; reading them, with labels and predictions, is in `insight/items.py`."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, File, Form, Request, UploadFile
from sqlalchemy import Connection

from labeler.accounts.auth import SignedIn
from labeler.accounts.users import labels_as
from labeler.accounts.write import Write
from labeler.items import uploads
from labeler.items.add import Tally, add_items, check_rows
from labeler.items.readers import FileRefused, check_mapping
from labeler.kit.errors import Invalid, TooLarge
from labeler.kit.web import Config, Db, bulk_body, parse_bulk, read_body
from labeler.projects.access import CanWrite
from labeler.wire.items import AddResult, ItemIn, Preview
from labeler.wire.jobs import JobOut

router = APIRouter(tags=["items"])
CHUNK = 500


@router.post("/projects/{project_id}/items", openapi_extra=bulk_body(ItemIn))
async def push_items(request: Request, member: CanWrite, db: Db, settings: Config) -> AddResult:
    """Add items: one object, a list, or NDJSON. A key that is there already adds nothing.

    Rows that can't be taken are reported with row number, field and reason; the others are taken.
    """
    raw = await read_body(request, settings.max_body_bytes)
    entries = parse_bulk(raw, "ndjson" in request.headers.get("content-type", ""))
    if len(entries) > settings.max_bulk:
        raise TooLarge(f"More than {settings.max_bulk:,} items in one request. Send them in parts, or import a file.")
    tally = Tally(rows=len(entries))
    rows = check_rows(list(enumerate(entries, 1)), member.project, settings, tally)
    kind = labels_as(member.caller.kind, "import")
    for start in range(0, len(rows), CHUNK):  # in parts: labelers' writes get their turn in between
        part = rows[start : start + CHUNK]
        taken, there = await db.awrite(add_items, member.project, part, member.user_id, kind)
        tally.taken += taken
        tally.already_there += there
    return AddResult(taken=tally.taken, already_there=tally.already_there, refused=tally.refused, errors=tally.errors)


@router.post("/imports/preview")
async def preview_import(caller: SignedIn, settings: Config, file: Annotated[UploadFile, File()]) -> Preview:
    """What a file looks like: its columns, first rows, and what each column probably is. Nothing is kept.

    The first megabyte is enough, except for the formats that `GET /formats` marks with `whole_file`.
    """
    return await uploads.preview(settings, file)


@router.post("/projects/{project_id}/imports", status_code=202)
async def import_file(
    member: CanWrite,
    write: Write,
    settings: Config,
    file: Annotated[UploadFile, File(description="Of a format that `GET /formats` lists under `imports`.")],
    mapping: Annotated[str | None, Form(description="JSON as in the preview; default: guessed.")] = None,
) -> JobOut:
    """Import a file in the background. Importing it twice adds nothing; refused rows are in the job's result."""
    chosen = _mapping(mapping)
    path = await uploads.keep(settings, file)
    used: list[bool] = []

    def start(tx: Connection) -> JobOut:
        used.append(True)
        return uploads.start_import(tx, member, path, file.filename or "upload", chosen)

    try:
        job = await write(start)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if not used:  # the answer to an earlier request with this key: that one's file is imported
        path.unlink(missing_ok=True)
    return job


def _mapping(text: str | None) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Invalid("mapping must be a JSON object.", errors=[{"pointer": "/mapping", "detail": "not a JSON object"}])
    try:
        return check_mapping(value)
    except FileRefused as refused:
        raise Invalid(f"{refused}.", errors=[{"pointer": "/mapping", "detail": str(refused)}]) from None
