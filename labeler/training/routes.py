from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.write import Write
from labeler.kit.errors import TooLarge
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.kit.web import LINES_BODY, Config, Db, bulk_body, parse_bulk, read_body, sent_lines
from labeler.projects.access import CanManage, CanRead, CanWrite, Member
from labeler.training.check_again import request_check
from labeler.training.external_scores import rank_by_scores
from labeler.training.model_searches import request_search, search_state
from labeler.training.trigger import request_training
from labeler.wire.jobs import JobOut
from labeler.wire.training import ScoreIn, ScoresResult, SearchState

router = APIRouter(prefix="/projects/{project_id}", tags=["training"])


def _request(tx: Connection, member: Member) -> JobOut:
    job_id = request_training(tx, member.project.id, "asked", created_by=member.user_id)
    audit(tx, member.caller, "training.requested", project_id=member.project.id)
    return job_out(get(tx, job_id))


@router.post("/train", status_code=202)
async def train_model(member: CanManage, write: Write) -> JobOut:
    """Train a model now. It happens by itself after new labels; one runs at a time, the newest wish wins."""
    return await write(_request, member)


@router.post("/search", status_code=202)
async def search_model(member: CanManage, write: Write) -> JobOut:
    """Search for the model that suits this project, behind all other jobs. It also starts by itself at 200 labels."""
    return await write(request_search, member)


@router.post("/models/{number}/check", status_code=202)
async def check_model(number: Annotated[int, Path(ge=1, lt=2**31)], member: CanManage, write: Write) -> JobOut:
    """Run the test cases of now on a model that was trained before. It happens by itself for the live and the newest
    model, and in each training."""
    return await write(request_check, member, number)


@router.get("/search")
async def get_search(member: CanRead, db: Db) -> SearchState:
    """What the last search for a model found, and the one that waits or runs."""
    return await db.aread(search_state, member.project.id)


@router.post("/scores/lines", name="push_score_lines", openapi_extra=LINES_BODY)
@router.post("/scores", openapi_extra=bulk_body(ScoreIn))
async def push_scores(request: Request, member: CanWrite, db: Db, settings: Config) -> ScoresResult:
    """Order the queue by the scores of a model outside; it holds until the next training or scores."""
    raw = await read_body(request, settings.max_body_bytes)
    entries: list[Any] = parse_bulk(raw, sent_lines(request))
    if len(entries) > settings.max_bulk:
        raise TooLarge(f"More than {settings.max_bulk:,} scores in one request.")
    return await db.awrite(rank_by_scores, member, entries)
