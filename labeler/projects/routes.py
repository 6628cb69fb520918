from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from labeler.accounts.auth import CanCreate, SignedIn
from labeler.accounts.write import Write
from labeler.kit.web import Db, Page
from labeler.learning.models import model_choices
from labeler.learning.strategies import strategies
from labeler.projects import service
from labeler.projects.access import CanManage, CanRead, CanSee
from labeler.projects.schemas import MemberIn, MemberOut, ProjectChange, ProjectIn, ProjectOut

router = APIRouter(tags=["projects"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class StrategyOut(BaseModel):
    name: str
    summary: str


class ModelChoice(BaseModel):
    name: str
    summary: str


@router.get("/projects")
async def list_projects(caller: SignedIn, db: Db) -> Page[ProjectOut]:
    """The projects you are a member of; all of them for an administrator."""
    return Page(items=await db.aread(service.list_projects, caller))


@router.post("/projects", status_code=201)
async def create_project(body: ProjectIn, caller: CanCreate, write: Write) -> ProjectOut:
    """Set up a project: a name and labels are enough, everything else has a good default."""
    return await write(service.create_project, caller, body)


@router.get("/projects/{project_id}")
async def get_project(member: CanSee, db: Db) -> ProjectOut:
    return await db.aread(service.project_out, member)


@router.patch("/projects/{project_id}")
async def change_project(body: ProjectChange, member: CanManage, write: Write) -> ProjectOut:
    """Change name, labels or settings. Labels given earlier stay as they are."""
    return await write(service.change_project, member, body)


@router.delete("/projects/{project_id}", status_code=204)
async def delete_project(member: CanManage, write: Write) -> None:
    """Take a project out of sight. Nothing of it is destroyed."""
    await write(service.delete_project, member)


@router.get("/projects/{project_id}/members")
async def list_members(member: CanRead, db: Db) -> Page[MemberOut]:
    return Page(items=await db.aread(service.list_members, member.project.id))


@router.post("/projects/{project_id}/members", status_code=201)
async def add_member(body: MemberIn, member: CanManage, write: Write) -> MemberOut:
    """Add a person to the project, or change the role they have in it."""
    return await write(service.add_member, member, body)


@router.delete("/projects/{project_id}/members/{user_id}", status_code=204)
async def remove_member(user_id: Number, member: CanManage, write: Write) -> None:
    await write(service.remove_member, member, user_id)


@router.get("/strategies")
async def list_strategies(caller: SignedIn) -> Page[StrategyOut]:
    """The query strategies a project can choose from."""
    return Page(items=[StrategyOut(name=name, summary=summary) for name, summary in strategies()])


@router.get("/models")
async def list_model_choices(caller: SignedIn) -> Page[ModelChoice]:
    """The models a project can choose from, the default first."""
    return Page(items=[ModelChoice(name=name, summary=summary) for name, summary in model_choices()])
