from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from labeler.accounts.auth import CanCreate, SignedIn
from labeler.accounts.write import Write
from labeler.kit.errors import Forbidden, Invalid
from labeler.kit.web import Db
from labeler.learning import problems
from labeler.learning.evaluation.metrics import metrics_of, primary_metric
from labeler.projects import label_schema, members, service
from labeler.projects.access import CanManage, CanRead, CanSee
from labeler.tasks import DEFAULT, TaskType, UnknownTaskType, registry, task_type
from labeler.wire.base import Page
from labeler.wire.projects import (
    AnswerMethod,
    ManagerOut,
    MemberIn,
    MemberOut,
    MetricOut,
    ModelChoice,
    ProjectChange,
    ProjectIn,
    ProjectOut,
    StrategyOut,
    TaskTypeOut,
)
from labeler.wire.registered import Registered
from labeler.wire.schema import SchemaVersionOut

router = APIRouter(tags=["projects"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
TaskName = Annotated[
    str, Query(alias="task_type", max_length=32, description="See GET /task-types."), Registered("tasks")
]


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
    """Change name, labels or settings. To rename, merge or retire labels: POST /projects/{project_id}/schema."""
    return await write(service.change_project, member, body)


@router.delete("/projects/{project_id}", status_code=204)
async def delete_project(
    member: CanManage,
    write: Write,
    erase: Annotated[bool, Query(description="Destroy its rows, files, dataset versions and models for good.")] = False,
    name: Annotated[str, Query(max_length=200, description="To erase it: the project's name once more.")] = "",
) -> None:
    """Take a project out of sight; nothing of it is destroyed. Or, by administrators only, erase it: the audit keeps
    that it happened, and nothing else is left, also of dataset versions in the DVC remote."""
    if erase and not member.caller.administers:
        raise Forbidden("Only an administrator may erase a project.")
    await write(service.delete_project, member, erase, name)


@router.get("/projects/{project_id}/members")
async def list_members(member: CanRead, db: Db) -> Page[MemberOut]:
    return Page(items=await db.aread(members.list_members, member.project.id))


@router.get("/projects/{project_id}/managers")
async def list_managers(member: CanSee, db: Db) -> Page[ManagerOut]:
    """Who manages the project, by name: whom its members ask for another role."""
    return Page(items=await db.aread(members.managers_of, member.project.id))


@router.post("/projects/{project_id}/members", status_code=201)
async def add_member(body: MemberIn, member: CanManage, write: Write) -> MemberOut:
    """Add a person to the project, or change the role they have in it."""
    return await write(members.add_member, member, body)


@router.delete("/projects/{project_id}/members/{user_id}", status_code=204)
async def remove_member(user_id: Number, member: CanManage, write: Write) -> None:
    await write(members.remove_member, member, user_id)


@router.get("/projects/{project_id}/schema")
async def list_schemas(member: CanSee, db: Db) -> Page[SchemaVersionOut]:
    """All versions of what can be answered, newest first, each with its mapping from the one before."""
    return Page(items=await db.aread(label_schema.list_versions, member.project.id))


@router.get("/projects/{project_id}/schema/{version}")
async def get_schema(version: Number, member: CanSee, db: Db) -> SchemaVersionOut:
    return await db.aread(label_schema.get_version, member.project.id, version)


@router.get("/task-types")
async def list_task_types(caller: SignedIn) -> Page[TaskTypeOut]:
    """The kinds of questions that a project can ask."""
    found = [TaskTypeOut(name=one.name, title=one.title, summary=one.summary) for one in registry]
    return Page(items=found)


@router.get("/strategies")
async def list_strategies(caller: SignedIn, task: TaskName = DEFAULT) -> Page[StrategyOut]:
    """The query strategies a project of this task type can choose from, the default first."""
    found = problems.find(_task(task).problem).strategy_choices()
    return Page(items=[StrategyOut(name=name, summary=summary) for name, summary in found])


@router.get("/models")
async def list_model_choices(caller: SignedIn, task: TaskName = DEFAULT) -> Page[ModelChoice]:
    """The models a project of this task type can choose from, the default first."""
    found = problems.find(_task(task).problem).model_choices()
    return Page(items=[ModelChoice(name=name, summary=summary) for name, summary in found])


@router.get("/answer-methods")
async def list_answer_methods(caller: SignedIn, task: TaskName = DEFAULT) -> Page[AnswerMethod]:
    """How several labels of an item can come to one answer, the default first."""
    found = service.answer_methods(_task(task))
    return Page(items=[AnswerMethod(name=name, summary=summary) for name, summary in found])


@router.get("/metrics")
async def list_metrics(caller: SignedIn, task: TaskName = DEFAULT) -> Page[MetricOut]:
    """The metrics that models of this task type are judged by, the primary one first."""
    problem = _task(task).problem
    found = [
        MetricOut(
            name=one.name,
            title=one.title,
            description=one.description,
            better=one.better,
            unit=one.unit,
            primary=one.name == primary_metric(problem),
        )
        for one in metrics_of(problem)
    ]
    return Page(items=found)


def _task(name: str) -> TaskType[Any]:
    try:
        return task_type(name)
    except UnknownTaskType as unknown:
        raise Invalid(f"{unknown}.", errors=[{"pointer": "task_type", "detail": str(unknown)}]) from None
