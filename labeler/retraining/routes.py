"""When the live model is challenged, what became of it, and the test of the pipeline."""

from fastapi import APIRouter

from labeler.accounts.write import Write
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.retraining import service
from labeler.wire.jobs import JobOut
from labeler.wire.retraining import RetrainingState

router = APIRouter(prefix="/projects/{project_id}/retraining", tags=["models"])


@router.get("")
async def get_retraining(member: CanRead, db: Db) -> RetrainingState:
    """The policy (`settings.retraining` of the project), when the live model is challenged next, and the newest 50
    challenges and tests of the pipeline."""
    return await db.aread(service.retraining_of, member.project)


@router.post("/challenge", status_code=202)
async def challenge_live(member: CanManage, write: Write) -> JobOut:
    """Hold the newest model against the live one now. Where the policy says so, a better one goes live. 409: no model
    is live, or none is newer."""
    return await write(service.request_challenge, member)


@router.post("/pipeline-test", status_code=202)
async def test_pipeline(member: CanManage, write: Write) -> JobOut:
    """Train the live model (else the newest) again from the items of its dataset version, and compare each prediction;
    it begins when no other job waits. 409: there is no model."""
    return await write(service.request_test, member)
