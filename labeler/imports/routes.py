"""Items come in here, one by one or as files; reading them back is in `insight/items.py`."""

from typing import Annotated

import orjson
from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import ValidationError
from sqlalchemy import Connection

from labeler.accounts.auth import SignedIn
from labeler.accounts.write import Write
from labeler.imports import uploads
from labeler.imports.check import check_rows
from labeler.imports.preview import Into
from labeler.imports.tally import Tally
from labeler.imports.write import Importer, take
from labeler.kit.errors import Invalid, TooLarge
from labeler.kit.validation import explain_validation
from labeler.kit.web import LINES_BODY, Config, Db, bulk_body, parse_bulk, read_body, sent_lines
from labeler.projects.access import CanWrite
from labeler.wire.imports import ImportMapping
from labeler.wire.items import AddResult, ItemIn, Preview
from labeler.wire.jobs import JobOut
from labeler.wire.registered import Written

router = APIRouter(tags=["items"])
CHUNK = 500
MAPPING = "What the columns are: JSON as the preview gives it under `plan`, `mapping`; what is left out is guessed."
MappingForm = Annotated[str | None, Form(description=MAPPING), Written(ImportMapping)]
CUT = "Whether the file is only the beginning of one."


@router.post("/projects/{project_id}/items/lines", name="push_item_lines", openapi_extra=LINES_BODY)
@router.post("/projects/{project_id}/items", openapi_extra=bulk_body(ItemIn))
async def push_items(request: Request, member: CanWrite, db: Db, settings: Config) -> AddResult:
    """Add items: one object, a list, or NDJSON. A key that is there already adds nothing.

    Rows that can't be taken are reported with row number, field and reason; the others are taken.
    """
    raw = await read_body(request, settings.max_body_bytes)
    entries = parse_bulk(raw, sent_lines(request))
    if len(entries) > settings.max_bulk:
        raise TooLarge(f"More than {settings.max_bulk:,} items in one request. Send them in parts, or import a file.")
    tally = Tally()
    batch = check_rows(list(enumerate(entries, 1)), member.project, settings)
    batch.count(tally)
    importer = Importer(member.user_id, member.caller.labels_as("import"))
    for start in range(0, len(batch.rows), CHUNK):  # in parts: labelers' writes get their turn in between
        part = batch.rows[start : start + CHUNK]
        tally = await db.awrite(take, member.project, part, importer, tally)
    return AddResult.model_validate(tally.result(), extra="ignore")


@router.post("/imports/preview")
async def preview_import(
    caller: SignedIn,
    settings: Config,
    file: Annotated[UploadFile, File()],
    mapping: MappingForm = None,
    cut: Annotated[bool, Form(description=CUT)] = False,
) -> Preview:
    """What a file looks like: its columns, first rows, what each column is taken for, and why. Nothing is kept.

    The first megabyte is enough, except for the formats that `GET /formats` marks with `whole_file`.
    """
    return await uploads.preview(settings, file, _mapping(mapping), cut=cut)


@router.post("/projects/{project_id}/imports/preview")
async def preview_import_into(
    member: CanWrite,
    settings: Config,
    db: Db,
    file: Annotated[UploadFile, File()],
    mapping: MappingForm = None,
    cut: Annotated[bool, Form(description=CUT)] = False,
) -> Preview:
    """The plan of an import into this project, and the fates of the first thousand rows and their labels. Nothing is
    kept."""
    into = Into(db, member.project, member.user_id)
    return await uploads.preview(settings, file, _mapping(mapping), into, cut)


@router.post("/projects/{project_id}/imports", status_code=202)
async def import_file(
    member: CanWrite,
    write: Write,
    settings: Config,
    file: Annotated[UploadFile, File(description="Of a format that `GET /formats` lists under `imports`.")],
    mapping: MappingForm = None,
    dry_run: Annotated[bool, Form(description="Change nothing: tell the fate of every row and label.")] = False,
) -> JobOut:
    """Import a file in the background. Importing it twice adds nothing. The job's result has the plan that it followed
    and the fate of every row and every label."""
    chosen = _mapping(mapping)
    uploads.check_may_add(member, chosen)
    path = await uploads.keep(settings, file)
    used: list[bool] = []

    def start(tx: Connection) -> JobOut:
        used.append(True)
        return uploads.start_import(tx, member, path, file.filename or "upload", chosen, dry_run=dry_run)

    try:
        job = await write(start)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if not used:  # the answer to an earlier request with this key: that one's file is imported
        path.unlink(missing_ok=True)
    return job


def _mapping(text: str | None) -> ImportMapping | None:
    """Raises `Invalid` for what is no mapping, with a pointer to the place."""
    if not text:
        return None
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Invalid("mapping must be a JSON object.", errors=[{"pointer": "/mapping", "detail": "not a JSON object"}])
    try:
        return ImportMapping.model_validate(value)
    except ValidationError as error:
        raise explain_validation(error, value, "/mapping") from None
