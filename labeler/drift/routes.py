"""Drift: whether items that come are unlike those that were there when the model learned."""

from fastapi import APIRouter

from labeler.accounts.write import Write
from labeler.drift import service
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.wire.drift import Drift, SampleIn, WatchIn
from labeler.wire.jobs import JobOut

router = APIRouter(prefix="/projects/{project_id}/insight/drift", tags=["drift"])


@router.get("")
async def get_drift(member: CanRead, db: Db) -> Drift:
    """How many items came since the live model (else the newest) learned, and what moved, as the last check found."""
    return await db.aread(service.drift_of, member.project)


@router.post("/check", status_code=202)
async def check_drift(member: CanManage, write: Write) -> JobOut:
    """Compare the items that no check has looked at, behind all other jobs. 409: too few came, or there is no model."""
    return await write(service.request_check, member)


@router.patch("")
async def change_drift(body: WatchIn, member: CanManage, write: Write) -> Drift:
    """Set the effect from which on something is told, or ignore what was found until a date."""
    return await write(service.change_watch, member, body)


@router.post("/sample")
async def sample_drift(body: SampleIn, member: CanManage, write: Write) -> Drift:
    """Ask labelers for a random sample of the new items: they get a share of the queue, from the next batch on."""
    return await write(service.sample_new, member, body)
