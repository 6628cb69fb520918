"""Query strategies simulated on the labels that a project has."""

from fastapi import APIRouter

from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.simulations import service
from labeler.wire.jobs import JobOut
from labeler.wire.simulations import SimulateIn, Simulations

router = APIRouter(prefix="/projects/{project_id}/simulations", tags=["insight"])


@router.get("")
async def get_simulations(member: CanRead, db: Db) -> Simulations:
    """The last ten simulations, the newest first, and the strategies that can be simulated."""
    return await db.aread(service.simulations_of, member.project)


@router.post("", status_code=202)
async def simulate_strategies(body: SimulateIn, member: CanManage, write: Write) -> JobOut:
    """Simulate now which strategy would have needed the fewest labels, with the kind of the newest model. Takes a
    training for each strategy, seed and one of ten sizes."""
    return await write(service.request_simulation, member, body)
