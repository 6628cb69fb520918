"""Where labelers stand: in training, passed, held, paused."""

from typing import Annotated

from fastapi import APIRouter, Path

from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.standings import service
from labeler.wire.standings import StandingChange, StandingOut, StandingsOut

router = APIRouter(prefix="/projects/{project_id}/standings", tags=["standings"])
LabelerId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("")
async def list_standings(member: CanRead, db: Db) -> StandingsOut:
    """Everybody who labels as a labeler: who is in training, passed it, is held or paused, since when and why."""
    return await db.aread(service.list_standings, member.project)


@router.post("/{labeler_id}")
async def change_standing(labeler_id: LabelerId, body: StandingChange, member: CanManage, write: Write) -> StandingOut:
    """Let a labeler go on, train them again, or pause them. What they hold goes back when they may not go on."""
    return await write(service.change, member, labeler_id, body)
