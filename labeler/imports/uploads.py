"""Uploaded files: kept aside until their import is done, and previewed without keeping."""

import asyncio
import os
import tempfile
import uuid
from pathlib import Path

from fastapi import UploadFile
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.imports.preview import Into
from labeler.imports.preview import preview as preview_file
from labeler.items.readers import FileRefused
from labeler.kit.config import Settings
from labeler.kit.errors import Forbidden, Invalid, TooLarge
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member
from labeler.wire.imports import ImportMapping
from labeler.wire.items import Preview
from labeler.wire.jobs import JobOut

CHUNK = 1024 * 1024


async def _copy(file: UploadFile, path: Path, most: int) -> None:
    size = 0
    with open(path, "wb") as target:
        while chunk := await file.read(CHUNK):
            size += len(chunk)
            if size > most:
                raise TooLarge(f"The file is larger than {most:,} bytes. Split it, or raise LABELER_MAX_UPLOAD_BYTES.")
            await asyncio.to_thread(target.write, chunk)
        target.flush()
        os.fsync(target.fileno())


async def preview(
    settings: Settings,
    file: UploadFile,
    mapping: ImportMapping | None = None,
    into: Into | None = None,
    cut: bool = False,
) -> Preview:
    """Raises `Invalid` for files that are nothing we read, with what they look like."""
    with tempfile.TemporaryDirectory(prefix="labeler-preview-") as folder:
        path = Path(folder) / "upload"
        await _copy(file, path, settings.max_upload_bytes)
        try:
            found = await asyncio.to_thread(preview_file, path, settings, mapping, into, cut)
        except FileRefused as refused:
            raise Invalid(str(refused), errors=[{"pointer": "/file", "detail": str(refused)}]) from None
    return Preview.model_validate(found)


async def keep(settings: Settings, file: UploadFile) -> Path:
    """Store the upload under a name of our own (the sender's is only shown); returns its path."""
    path = folder_of(settings) / uuid.uuid4().hex
    try:
        await _copy(file, path, settings.max_upload_bytes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def folder_of(settings: Settings) -> Path:
    folder = settings.home / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def check_may_add(member: Member, mapping: ImportMapping | None) -> None:
    """Raises `Forbidden` where an import would add labels to a project that its sender does not manage."""
    if mapping is not None and mapping.unknown_labels == "add" and not member.may("manage"):
        raise Forbidden("To add labels to a project one needs the right to manage it.")


def start_import(
    tx: Connection,
    member: Member,
    path: Path,
    name: str,
    mapping: ImportMapping | None,
    *,
    keep_file: bool = False,
    dry_run: bool = False,
    table: dict[str, str] | None = None,
) -> JobOut:
    """Queue the import of a file that lies at `path`; imports of one project run one after the other. table: of which
    database and table the job is to write the file first."""
    chosen = None if mapping is None else mapping.model_dump(exclude_unset=True)
    args = {"path": str(path), "name": name[:200], "mapping": chosen, "keep_file": keep_file, "dry_run": dry_run}
    if table is not None:
        args["table"] = table
    project_id = member.project.id
    job_id = enqueue(
        tx, "items.import", args, project_id=project_id, lane=f"import:{project_id}", created_by=member.user_id
    )
    if not dry_run:
        audit(tx, member.caller, "items.import", project_id=project_id, target=name[:200])
    return job_out(get(tx, job_id))
