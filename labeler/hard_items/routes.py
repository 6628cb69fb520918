"""Hard items that are alike, and one decision about several of them."""

from typing import Annotated

from fastapi import APIRouter, Path

from labeler.accounts.write import Write
from labeler.hard_items import decide, decisions, service
from labeler.kit.web import AsWritten, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanManage, CanRead
from labeler.wire.base import Page
from labeler.wire.hard_items import HardClusterDetail, HardClusters, HardDecision, HardDecisionIn
from labeler.wire.jobs import JobOut

router = APIRouter(prefix="/projects/{project_id}/hard-items", tags=["hard items"], route_class=AsWritten)
ClusterId = Annotated[int, Path(ge=1, lt=2**62)]
DecisionId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("/clusters")
async def list_hard_clusters(member: CanRead, db: Db) -> HardClusters:
    """Hard items that are alike, the largest clusters first, without what was decided since the look."""
    return await db.aread(service.list_clusters, member.project)


@router.post("/clusters", status_code=202)
async def cluster_hard_items(member: CanManage, write: Write) -> JobOut:
    """Look for hard items that are alike now, behind all other jobs. It also happens by itself after new flags."""
    return await write(service.request_look, member)


@router.get("/clusters/{cluster_id}")
async def get_hard_cluster(cluster_id: ClusterId, member: CanRead, db: Db) -> HardClusterDetail:
    """One of them, with its items, what was said about each, and the labels that others gave."""
    return await db.aread(service.get_cluster, member.project, cluster_id)


@router.get("/decisions")
async def list_hard_decisions(member: CanRead, db: Db, cursor: Cursor = None, limit: Limit = 50) -> Page[HardDecision]:
    """What was decided about several items at once, newest first, with how far their checks are."""
    before = decode_cursor(cursor, int)
    found = await db.aread(decisions.list_decisions, member.project, before[0] if before else None, limit + 1)
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@router.post("/decisions", status_code=201)
async def decide_hard_items(body: HardDecisionIn, member: CanManage, write: Write) -> HardDecision:
    """Decide several hard items at once: all of their open flags get the answer, and with `value` each item your label,
    which counts. Others are asked for a random sample without knowing it."""
    return await write(decide.decide, member, body)


@router.get("/decisions/{decision_id}")
async def get_hard_decision(decision_id: DecisionId, member: CanRead, db: Db) -> HardDecision:
    """One of them: how far its check is, and how many said the same."""
    return await db.aread(decisions.get, member.project, decision_id)


@router.post("/decisions/{decision_id}/undo")
async def undo_hard_decision(decision_id: DecisionId, member: CanManage, write: Write) -> HardDecision:
    """Take all of it back: its labels, which stay on record, and its answers; the flags are open again."""
    return await write(decide.undo, member, decision_id)
