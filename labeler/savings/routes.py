"""What the order of the queue has saved."""

from fastapi import APIRouter

from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.savings import service
from labeler.wire.jobs import JobOut
from labeler.wire.savings import Savings

router = APIRouter(prefix="/projects/{project_id}/savings", tags=["insight"])


@router.get("")
async def get_savings(member: CanRead, db: Db) -> Savings:
    """How many labels in the queue's order teach what labels drawn at random do, with the interval."""
    return await db.aread(service.savings_of, member.project)


@router.post("/count", status_code=202)
async def count_savings(member: CanManage, write: Write) -> JobOut:
    """Count it now with the newest model. By itself it is counted once a week where labels came."""
    return await write(service.request_count, member)
