"""Tables of databases that the operator has named: looked at, previewed and imported like files."""

import asyncio
import tempfile
import uuid
from contextlib import closing
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from labeler.accounts.auth import CanCreate
from labeler.accounts.write import Write
from labeler.imports import databases, uploads
from labeler.imports.plan import LOOKED_AT
from labeler.imports.preview import Into, preview
from labeler.imports.table_file import of_table, write_rows
from labeler.items.readers import FileRefused
from labeler.kit.config import Settings
from labeler.kit.errors import Invalid
from labeler.kit.web import Config, Db
from labeler.projects.access import CanWrite
from labeler.wire.base import Page
from labeler.wire.imports import DatabaseOut, TableImportIn, TableIn, TableOut
from labeler.wire.items import Preview
from labeler.wire.jobs import JobOut

router = APIRouter(tags=["items"])
Name = Annotated[str, Path(max_length=100)]
SECONDS = 15
"""How long a database may work for somebody who waits."""


@router.get("/databases")
async def list_new_project_databases(caller: CanCreate, settings: Config) -> Page[DatabaseOut]:
    """The databases whose tables can be imported into a new project: those that the operator has named."""
    return Page(items=databases.databases(settings))


@router.get("/projects/{project_id}/databases")
async def list_databases(member: CanWrite, settings: Config) -> Page[DatabaseOut]:
    """The databases whose tables can be imported: those that the operator has named."""
    return Page(items=databases.databases(settings))


@router.get("/databases/{database}/tables")
async def list_new_project_tables(database: Name, caller: CanCreate, settings: Config) -> Page[TableOut]:
    """The tables and views of a database."""
    return await _tables(settings, database)


@router.get("/projects/{project_id}/databases/{database}/tables")
async def list_tables(database: Name, member: CanWrite, settings: Config) -> Page[TableOut]:
    """The tables and views of a database."""
    return await _tables(settings, database)


async def _tables(settings: Settings, database: str) -> Page[TableOut]:
    try:
        return Page(items=await asyncio.to_thread(databases.tables, settings, database, SECONDS))
    except FileRefused as refused:
        raise _invalid(refused, "/database") from None


@router.post("/imports/table/preview")
async def preview_new_project_table(body: TableIn, caller: CanCreate, settings: Config) -> Preview:
    """What a table looks like: its columns, first rows, what each column is taken for, and why. Nothing is kept."""
    return await _looked_at(settings, body)


@router.post("/projects/{project_id}/imports/table/preview")
async def preview_table(body: TableIn, member: CanWrite, settings: Config, db: Db) -> Preview:
    """The plan of an import of a table, and the fates of its first thousand rows and their labels. Nothing is kept."""
    return await _looked_at(settings, body, Into(db, member.project, member.user_id))


async def _looked_at(settings: Settings, body: TableIn, into: Into | None = None) -> Preview:
    try:
        return await asyncio.to_thread(_preview, settings, body, into)
    except FileRefused as refused:
        raise _invalid(refused, "/table") from None


def _preview(settings: Settings, body: TableIn, into: Into | None) -> Preview:
    with tempfile.TemporaryDirectory(prefix="labeler-preview-") as folder:
        path = FilePath(folder) / "rows"
        with closing(databases.rows(settings, body.database, body.table, SECONDS)) as first:
            write_rows(first, path, LOOKED_AT, settings.max_upload_bytes)
        found = Preview.model_validate(preview(path, settings, body.mapping, into))
    plan = of_table(found.plan)
    return found.model_copy(update={"plan": plan, "format": plan.format, "encoding": None})


@router.post("/projects/{project_id}/imports/table", status_code=202)
async def import_table(body: TableImportIn, member: CanWrite, write: Write, settings: Config) -> JobOut:
    """Import a table or view in the background, as a file: its rows as they are when the job begins."""
    uploads.check_may_add(member, body.mapping)
    known = await _tables(settings, body.database)
    if body.table not in {one.name for one in known.items}:
        refused = FileRefused(f'there is no table "{body.table}" in the database "{body.database}"')
        raise _invalid(refused, "/table")
    path = uploads.folder_of(settings) / uuid.uuid4().hex

    def start(tx: Connection) -> JobOut:
        name, table = f"{body.database}: {body.table}", {"database": body.database, "table": body.table}
        return uploads.start_import(tx, member, path, name, body.mapping, dry_run=body.dry_run, table=table)

    return await write(start)


def _invalid(refused: FileRefused, pointer: str) -> Invalid:
    said = f"{str(refused)[:1].upper()}{str(refused)[1:]}."
    return Invalid(said, errors=[{"pointer": pointer, "detail": str(refused)}])
