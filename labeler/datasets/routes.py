from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from labeler.accounts.audit import audit
from labeler.accounts.write import Write
from labeler.datasets import export, service
from labeler.datasets.reading import Version
from labeler.datasets.rows import Row
from labeler.datasets.writers import BadOption, Columns, Export, Options, UnknownFormat, Writer, parse_options, writer
from labeler.kit.errors import Invalid
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor, sent_as
from labeler.projects.access import CanManage, CanRead, Project
from labeler.wire.base import Page
from labeler.wire.datasets import DatasetDiff, DatasetOut, SnapshotIn
from labeler.wire.jobs import JobOut
from labeler.wire.registered import Registered

router = APIRouter(prefix="/projects/{project_id}", tags=["datasets"])


class Markdown(PlainTextResponse):
    media_type = "text/markdown"


Number = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/datasets")
async def list_datasets(
    member: CanRead, db: Db, settings: Config, limit: Limit = 50, cursor: Cursor = None
) -> Page[DatasetOut]:
    """Dataset versions, newest first."""
    before = decode_cursor(cursor, int)
    found = await db.aread(service.list_versions, settings, member.project.id, before[0] if before else None, limit + 1)
    more = encode_cursor(found[limit - 1].version) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.post("/datasets", status_code=202)
async def make_snapshot(member: CanManage, write: Write, body: SnapshotIn | None = None) -> JobOut:
    """Make an immutable dataset version of the present state. The job's result names it."""
    return await write(service.request_snapshot, member, body or SnapshotIn())


@router.get("/datasets/{version}")
async def get_dataset(version: Number, member: CanRead, db: Db, settings: Config) -> DatasetOut:
    return await db.aread(service.get_version, settings, member.project.id, version)


@router.get("/datasets/{version}/card", response_class=Markdown)
async def get_dataset_card(version: Number, member: CanRead, db: Db, settings: Config) -> Markdown:
    """The version's card, in Markdown: how its items were chosen, who labeled them, how far labelers agree; below that,
    what is known of the data today. The front matter is what the Hugging Face Hub reads."""
    return Markdown(await db.aread(service.card_of, settings, member.project, version))


@router.get("/datasets/{a}/diff/{b}")
async def compare_datasets(a: Number, b: Number, member: CanRead, db: Db, settings: Config) -> DatasetDiff:
    """What changed between two versions: items, labels, balance, guideline."""
    project_id = member.project.id
    rows = [await db.aread(service.find_version, project_id, version) for version in (a, b)]
    return await db.aread(lambda tx: service.diff(settings, project_id, *rows))


@router.get("/export", response_class=StreamingResponse, openapi_extra={"x-media-types": "writers"})
async def export_items(
    request: Request,
    member: CanRead,
    db: Db,
    write: Write,
    settings: Config,
    format: Annotated[
        str, Query(max_length=100, description="One of `exports` of `GET /formats`."), Registered("writers")
    ] = "jsonl",
    dataset: Annotated[
        int | None, Query(ge=1, lt=2**31, description="A dataset version; default: the present state.")
    ] = None,
    labeled: Annotated[bool, Query(description="Only items that have a label.")] = False,
    option: Annotated[
        list[Annotated[str, Query(max_length=300)]],
        Query(max_length=20, description='"name=value", of `options` of the format in `GET /formats`.'),
    ] = [],  # noqa: B006 (FastAPI copies it)
) -> StreamingResponse:
    """Stream items with their labels. In CSV, cells that a spreadsheet would run as a formula get a leading '."""
    chosen = _writer(format, member.project)
    options = _options(chosen, option)
    version = None
    if dataset is not None:
        row = await db.aread(service.find_version, member.project.id, dataset)
        version = Version(settings, member.project.id, row)
    await write(audit, member.caller, "export", project_id=member.project.id, target=format, dataset=dataset)

    def chunks() -> Iterator[bytes]:
        with export.open_source(db, member.project, version, options.wants) as source:
            # Flat formats need their columns first: that is a pass of its own, in constant memory.
            columns = source.columns() if chosen.needs_columns else Columns()
            found = source.rows()
            about = Export(columns, source.schema, member.project.name, options)
            yield from chosen.encode((row for row in found if _is_labeled(row)) if labeled else found, about)

    name = f"{member.project.slug}-{f'v{dataset}' if dataset else 'current'}{chosen.suffix}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        iterate_in_threadpool(chunks()), media_type=sent_as(request, chosen.media_type), headers=headers
    )


def _is_labeled(row: Row) -> bool:
    return bool(row.get("method")) or "labeler" in row


def _writer(name: str, project: Project) -> Writer:
    try:
        chosen = writer(name)
    except UnknownFormat as unknown:
        raise Invalid(f"There is {unknown}.") from None
    if not chosen.suits(project.task_type):
        raise Invalid(f'The export format "{name}" is for projects of type {", ".join(chosen.tasks or ())}.')
    if not chosen.suits(project.task_type, project.content):
        raise Invalid(f'The export format "{name}" is for items of kind {", ".join(chosen.contents or ())}.')
    return chosen


def _options(chosen: Writer, given: list[str]) -> Options:
    try:
        return parse_options(chosen.options, given)
    except BadOption as bad:
        raise Invalid(f"{bad}.", errors=[{"pointer": "/option", "detail": str(bad)}]) from None
