"""Assignments: open items that certain people get first, or alone."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from labeler.accounts.write import Write
from labeler.campaigns import assign
from labeler.campaigns.assignable import plan
from labeler.kit.web import AsWritten, Cursor, Db, Limit, decode_cursor, encode_cursor
from labeler.projects.access import CanManage, CanRead
from labeler.wire.assignments import AssignmentIn, AssignmentOut, AssignmentPlan
from labeler.wire.base import Page

router = APIRouter(prefix="/projects/{project_id}/assignments", tags=["assignments"], route_class=AsWritten)
AssignmentId = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("")
async def list_assignments(member: CanRead, db: Db, cursor: Cursor = None, limit: Limit = 50) -> Page[AssignmentOut]:
    """Newest first, with how far each is, and whether nobody works on it."""
    before = decode_cursor(cursor, int)
    found = await db.aread(assign.list_assignments, member.project, before[0] if before else None, limit)
    return Page(items=found, next_cursor=encode_cursor(found[-1].id) if len(found) == limit else None)


@router.post("", status_code=201, responses={200: {"model": AssignmentPlan, "description": "A dry run."}})
async def assign_items(
    body: AssignmentIn, response: Response, member: CanManage, db: Db, write: Write
) -> AssignmentOut | AssignmentPlan:
    """Let certain people get open items first. A job writes down which. With `dry_run`, only say how many (200)."""
    planned = AssignmentPlan(found=0, items=0, answered=0, assigned=0, holdout=0)
    if not await write.answered():
        planned = await db.aread(plan, member.project, body)
        if body.dry_run:
            response.status_code = 200
            return planned
        await db.aread(assign.refuse, member.project, body, planned)
    return await write(assign.begin, member, body, planned)


@router.get("/{assignment_id}")
async def get_assignment(assignment_id: AssignmentId, member: CanRead, db: Db) -> AssignmentOut:
    """How far it is."""
    return await db.aread(assign.get, member.project, assignment_id)


@router.post("/{assignment_id}/end")
async def end_assignment(assignment_id: AssignmentId, member: CanManage, write: Write) -> AssignmentOut:
    """What is open comes to everybody."""
    return await write(assign.end, member, assignment_id)
