from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from starlette.concurrency import iterate_in_threadpool

from labeler.accounts.audit import audit
from labeler.accounts.write import Write
from labeler.datasets import export, service
from labeler.datasets.reading import Version
from labeler.datasets.writers import Columns, UnknownFormat, Writer, writer
from labeler.kit.errors import Invalid
from labeler.kit.web import Config, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanManage, CanRead
from labeler.wire.base import Page
from labeler.wire.datasets import DatasetDiff, DatasetOut, SnapshotIn
from labeler.wire.jobs import JobOut

router = APIRouter(prefix="/projects/{project_id}", tags=["datasets"])
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


@router.get("/datasets/{a}/diff/{b}")
async def compare(a: Number, b: Number, member: CanRead, db: Db, settings: Config) -> DatasetDiff:
    """What changed between two versions: items, labels, balance, guideline."""
    project_id = member.project.id
    rows = [await db.aread(service.find_version, project_id, version) for version in (a, b)]
    return await db.aread(lambda tx: service.diff(settings, project_id, *rows))


@router.get("/export", response_class=StreamingResponse)
async def export_items(
    member: CanRead,
    db: Db,
    write: Write,
    settings: Config,
    format: Annotated[str, Query(max_length=100, description="One of `exports` of `GET /formats`.")] = "jsonl",
    dataset: Annotated[
        int | None, Query(ge=1, lt=2**31, description="A dataset version; default: the present state.")
    ] = None,
    labeled: Annotated[bool, Query(description="Only items that have a label.")] = False,
) -> StreamingResponse:
    """Stream items with their labels. In CSV, cells that a spreadsheet would run as a formula get a leading '."""
    chosen = _writer(format, member.project.task_type)
    version = None
    if dataset is not None:
        row = await db.aread(service.find_version, member.project.id, dataset)
        version = Version(settings, member.project.id, row)
    await write(audit, member.caller, "export", project_id=member.project.id, target=format, dataset=dataset)

    def rows() -> Iterator[export.Row]:
        found = export.version_rows(version) if version else export.current_rows(db, member.project)
        return (row for row in found if row["method"]) if labeled else found

    def chunks() -> Iterator[bytes]:
        # Flat formats need their columns first: that is a pass of its own, in constant memory.
        columns = Columns()
        if chosen.needs_columns:
            columns = export.version_columns(version) if version else export.current_columns(db, member.project)
        yield from chosen.encode(rows(), columns)

    name = f"{member.project.slug}-{f'v{dataset}' if dataset else 'current'}{chosen.suffix}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(iterate_in_threadpool(chunks()), media_type=chosen.media_type, headers=headers)


def _writer(name: str, task_type: str) -> Writer:
    try:
        chosen = writer(name)
    except UnknownFormat as unknown:
        raise Invalid(f"There is {unknown}.") from None
    if not chosen.suits(task_type):
        raise Invalid(f'The export format "{name}" is for projects of type {", ".join(chosen.tasks or ())}.')
    return chosen
