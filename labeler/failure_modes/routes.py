"""Failure modes: where wrong predictions of a model lie close together."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import Connection

from labeler.accounts.write import Write
from labeler.failure_modes import collecting, service
from labeler.kit.web import Config, Db
from labeler.projects.access import CanManage, CanRead, Member
from labeler.wire.failure_modes import CollectIn, FailureMode, FailureModeDetail, FailureModes, FindIn, KeepIn
from labeler.wire.jobs import JobOut

router = APIRouter(prefix="/projects/{project_id}/failure-modes", tags=["failure modes"])
ModeId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("")
async def list_failure_modes(member: CanRead, db: Db) -> FailureModes:
    """Those that are kept, each with how every model does on it, and what the last look found."""
    return await db.aread(service.list_modes, member.project)


@router.post("/find", status_code=202)
async def find_failure_modes(body: FindIn, member: CanManage, write: Write, settings: Config) -> JobOut:
    """Look for failure modes of a model now, behind all other jobs. What was found before and not kept is replaced."""
    return await write(service.request_look, settings, member, body)


@router.get("/{mode_id}")
async def get_failure_mode(mode_id: ModeId, member: CanRead, db: Db) -> FailureModeDetail:
    """One of them, with examples."""
    return await db.aread(service.get_mode, member.project, mode_id)


@router.post("/{mode_id}/keep")
async def keep_failure_mode(mode_id: ModeId, body: KeepIn, member: CanManage, write: Write) -> FailureMode:
    """Keep it under a name, or give it another one. Every later model is measured on it."""
    return await write(service.keep, member, mode_id, body)


@router.delete("/{mode_id}", status_code=204)
async def remove_failure_mode(mode_id: ModeId, member: CanManage, write: Write) -> None:
    """Let it go, with what models came to on it. Labels that were collected for it stay."""
    await write(service.remove, member, mode_id)


@router.post("/{mode_id}/collect")
async def collect_for_failure_mode(mode_id: ModeId, body: CollectIn, member: CanManage, write: Write) -> FailureMode:
    """Ask for items that are like it: they get a share of the queue, from the next batch on."""
    return await write(_collect, member, mode_id, body)


@router.post("/{mode_id}/stop")
async def stop_collecting(mode_id: ModeId, member: CanManage, write: Write) -> FailureMode:
    """Ask for no more. What was labeled stays."""
    return await write(_stop, member, mode_id)


def _collect(tx: Connection, member: Member, mode_id: int, body: CollectIn) -> FailureMode:
    return service.one_of(tx, member.project, collecting.collect(tx, member, mode_id, body))


def _stop(tx: Connection, member: Member, mode_id: int) -> FailureMode:
    return service.one_of(tx, member.project, collecting.stop(tx, member, mode_id))
