"""Slices: saved searches with a name that fill themselves."""

from typing import Annotated

from fastapi import APIRouter, Path

from labeler.accounts.write import Write
from labeler.kit.web import Config, Db
from labeler.projects.access import CanManage, CanRead
from labeler.slices import service
from labeler.slices.alike import alike
from labeler.wire.base import Page
from labeler.wire.slices import SliceIn, SliceOut

router = APIRouter(prefix="/projects/{project_id}/slices", tags=["slices"])


@router.get("")
async def list_slices(member: CanRead, db: Db, settings: Config) -> Page[SliceOut]:
    """Slices, by name, each with how many items belong to it now. How a model does on them is in its `slices`."""
    return Page(items=await db.aread(service.list_slices, settings, member.project))


@router.post("", status_code=201)
async def create_slice(body: SliceIn, member: CanManage, db: Db, settings: Config, write: Write) -> SliceOut:
    """Name a search. Every item that it finds belongs to the slice, also those that come later; those that a search by
    meaning (`like`) finds, once their text was read. 409: there is no sentence encoder for that."""
    if body.query.like is not None:  # the encoder reads what is asked for, which no transaction that writes waits for
        await db.aread(alike, settings, member.project, body.query.like)
    return await write(service.create_slice, settings, member, body)


@router.delete("/{slice_id}", status_code=204)
async def remove_slice(slice_id: Annotated[int, Path(ge=1, lt=2**62)], member: CanManage, write: Write) -> None:
    """The items stay as they are. What models came to on the slice stays with them."""
    await write(service.remove_slice, member, slice_id)
