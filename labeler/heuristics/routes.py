from typing import Annotated

from fastapi import APIRouter, Path

from labeler.accounts.write import Write
from labeler.heuristics import apart, service
from labeler.heuristics.suggestions import suggest
from labeler.heuristics.trial import try_rule
from labeler.kit.web import Db
from labeler.projects.access import CanManage, CanRead
from labeler.wire.heuristics import (
    HeuristicChange,
    HeuristicIn,
    HeuristicOut,
    HeuristicPage,
    HeuristicSuggestions,
    HeuristicTried,
    HeuristicTry,
)

router = APIRouter(prefix="/projects/{project_id}/heuristics", tags=["heuristics"])
Number = Annotated[int, Path(ge=1, lt=2**62)]


@router.get("")
async def list_heuristics(member: CanRead, db: Db) -> HeuristicPage:
    """The project's rules, how much each covers, and how often it is right where people answered."""
    return await db.aread(service.list_heuristics, member.project)


@router.post("", status_code=201)
async def create_heuristic(body: HeuristicIn, member: CanManage, write: Write) -> HeuristicOut:
    """Keep a rule. It is run over the items in the background, and over those that come later."""
    await apart.soon(apart.check, service.condition_of(body))
    return await write(service.create, member, body)


@router.post("/try")
async def try_heuristic(body: HeuristicTry, member: CanManage, db: Db) -> HeuristicTried:
    """What a rule would do, with examples; nothing is kept."""
    value = None if body.value is None else service.valid(member.project, body.value)
    return await apart.soon(try_rule, db, member.project, service.condition_of(body), value)


@router.get("/suggestions")
async def suggest_heuristics(member: CanManage, db: Db) -> HeuristicSuggestions:
    """Keywords that tell a label from others, by what people answered."""
    return await apart.soon(suggest, db, member.project)


@router.patch("/{heuristic_id}")
async def change_heuristic(
    heuristic_id: Number, body: HeuristicChange, member: CanManage, db: Db, write: Write
) -> HeuristicOut:
    """Change a rule, or turn it on and off."""
    row = await db.aread(service.find, member.project, heuristic_id)
    if (condition := service.changed_condition(row, body)) is not None:
        await apart.soon(apart.check, condition)
    return await write(service.change, member, heuristic_id, body)


@router.delete("/{heuristic_id}", status_code=204)
async def delete_heuristic(heuristic_id: Number, member: CanManage, write: Write) -> None:
    """Delete a rule with all that it found."""
    await write(service.delete, member, heuristic_id)
