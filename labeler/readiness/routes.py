"""Readiness for production: the four checklists of a project."""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import PlainTextResponse

from labeler.accounts.write import Write
from labeler.kit.web import Config, Db
from labeler.projects.access import CanManage, CanRead
from labeler.readiness import markdown, service
from labeler.wire.readiness import ConfirmIn, Readiness

router = APIRouter(prefix="/projects/{project_id}/insight/readiness", tags=["models"])
Name = Annotated[str, Path(max_length=64, pattern=r"^[a-z_]+$")]


class Markdown(PlainTextResponse):
    media_type = "text/markdown"


@router.get("")
async def get_readiness(member: CanRead, db: Db, settings: Config) -> Readiness:
    """What the service sees of each line, what people confirm, and the score."""
    return await db.aread(service.readiness_of, settings, member.project)


@router.get("/report", response_class=Markdown)
async def get_readiness_report(member: CanRead, db: Db, settings: Config) -> Markdown:
    """The same as a page of Markdown."""
    found = await db.aread(service.readiness_of, settings, member.project)
    return Markdown(markdown.write(member.project.name, found))


@router.put("/{name}")
async def confirm_readiness(
    name: Name, body: ConfirmIn, member: CanManage, write: Write, settings: Config
) -> Readiness:
    """Vouch for a line that the service can't see, until a day. 409: the service sees that it does not hold."""
    return await write(service.confirm, settings, member, name, body)


@router.delete("/{name}")
async def withdraw_readiness(name: Name, member: CanManage, write: Write, settings: Config) -> Readiness:
    """Take a confirmation back."""
    return await write(service.withdraw, settings, member, name)
