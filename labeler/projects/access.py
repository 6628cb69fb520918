"""Who may do what in a project (G13). The permission is in a route's signature:

    async def submit_label(body: LabelIn, member: CanLabel, write: Write) -> LabelOut: ...

A project that the caller has nothing to do with answers 404, as one that does not exist.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Path, Request
from sqlalchemy import Connection

from labeler.accounts.auth import Caller, get_caller
from labeler.kit.db import Database
from labeler.kit.errors import Forbidden, NotFound
from labeler.projects.tables import label_schemas, projects
from labeler.tasks import TaskSchema, TaskType, parse_schema, task_type
from labeler.wire.projects import ProjectSettings

RIGHTS = {
    "reader": {"see", "read"},
    "labeler": {"see", "label"},
    "manager": {"see", "read", "label", "write", "manage"},
}
SCOPE_OF = {"see": None, "read": "read", "label": "label", "write": "write", "manage": "manage"}


@dataclass(frozen=True)
class Project:
    """A project as every room needs it."""

    id: int
    slug: str
    name: str
    task_type: str
    schema: TaskSchema
    settings: ProjectSettings
    created_at: Any
    content: str | None = None
    schema_version: int = 1
    mappings: tuple[Mapping[str, str | None], ...] = ()
    """From each version of the schema to the next: mappings[0] leads from version 1 to 2."""

    @property
    def task(self) -> TaskType[Any]:
        return task_type(self.task_type)

    @property
    def labels(self) -> list[dict[str, Any]]:
        """The labels as JSON; none where answers hold no labels."""
        found: list[dict[str, Any]] = self.schema.model_dump().get("labels") or []
        return found

    @property
    def label_names(self) -> list[str]:
        return self.schema.label_names

    def read(self, value: Any, version: int) -> Any:
        """An answer that was given under an earlier version of the schema, as it is read in this one; None: gone."""
        for mapping in self.mappings[version - 1 : self.schema_version - 1]:
            if value is None:
                return None
            if mapping:
                value = self.task.translate(value, mapping)
        return value

    def counts(self, kind: str) -> bool:
        """Whether labels of this kind of labeler count."""
        return kind in self.settings.counting


@dataclass(frozen=True)
class Member:
    """A caller in a project, with the role they have there."""

    caller: Caller
    project: Project
    role: str

    @property
    def user_id(self) -> int:
        return self.caller.user_id

    def may(self, right: str) -> bool:
        scope = SCOPE_OF[right]
        return right in RIGHTS[self.role] and (scope is None or self.caller.has_scope(scope))


def claim_content(tx: Connection, project_id: int, kind: str) -> str:
    """The project's kind of content: this one, unless it has another already."""
    mine = projects.c.id == project_id
    if tx.execute(sa.update(projects).where(mine, projects.c.content.is_(None)).values(content=kind)).rowcount:
        project_cache.forget()
    return str(tx.execute(sa.select(projects.c.content).where(mine)).scalar_one())


def find_project(tx: Connection, reference: str | int) -> Project:
    """By id or slug; raises `NotFound`."""
    found = projects.c.slug == str(reference)
    if str(reference).isascii() and str(reference).isdigit() and int(reference) < 2**62:
        found = sa.or_(found, projects.c.id == int(reference))
    statement = sa.select(projects).where(found, projects.c.deleted_at.is_(None)).order_by(projects.c.id)
    row = tx.execute(statement).first()
    if row is None:
        raise NotFound("There is no such project, or you are not a member of it.")
    settings = ProjectSettings.model_validate(row.settings, extra="ignore")
    return Project(
        id=row.id,
        slug=row.slug,
        name=row.name,
        task_type=row.task_type,
        schema=parse_schema(row.schema),
        settings=settings,
        created_at=row.created_at,
        content=row.content,
        schema_version=row.schema_version,
        mappings=_mappings(tx, row.id) if row.schema_version > 1 else (),
    )


def _mappings(tx: Connection, project_id: int) -> tuple[Mapping[str, str | None], ...]:
    later = sa.select(label_schemas.c.mapping).where(
        label_schemas.c.project_id == project_id, label_schemas.c.version > 1
    )
    return tuple(tx.execute(later.order_by(label_schemas.c.version)).scalars())


def member_of(caller: Caller, project: Project) -> Member:
    """The caller as a member; raises `NotFound` for strangers, so that they can't tell it exists."""
    role = "manager" if caller.role == "admin" else caller.memberships.get(project.id)
    if role is None or (caller.project_id is not None and caller.project_id != project.id):
        raise NotFound("There is no such project, or you are not a member of it.")
    return Member(caller, project, role)


class ProjectCache:
    """Projects by reference, as long as a `Caller` is remembered: the labelers' path asks for one each time."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, asyncio.Task[Project]]] = {}

    async def get(self, db: Database, reference: str) -> Project:
        """Looked up once for all who ask meanwhile. Raises `NotFound`."""
        now = time.monotonic()
        known = self._found.get(reference)
        if known is None or now - known[0] > 1.0 or known[1].get_loop() is not asyncio.get_running_loop():
            if len(self._found) > 10_000:
                self._found.clear()
            known = self._found[reference] = (now, asyncio.create_task(db.aread(find_project, reference)))
        try:
            return await asyncio.shield(known[1])
        except Exception:
            self._found.pop(reference, None)
            raise

    def forget(self) -> None:
        self._found.clear()


project_cache = ProjectCache()


def needs(right: str) -> Any:
    async def resolve(
        request: Request,
        caller: Annotated[Caller, Depends(get_caller)],
        project_id: Annotated[str, Path(max_length=80, description="Project id or slug.")],
    ) -> Member:
        member = member_of(caller, await project_cache.get(request.app.state.db, project_id))
        if not member.may(right):
            raise Forbidden(
                f"This needs the right to {right} in project {member.project.slug}; yours is {member.role}."
            )
        return member

    resolve.right = right  # type: ignore[attr-defined]
    return Depends(resolve)


CanSee = Annotated[Member, needs("see")]
CanRead = Annotated[Member, needs("read")]
CanLabel = Annotated[Member, needs("label")]
CanWrite = Annotated[Member, needs("write")]
CanManage = Annotated[Member, needs("manage")]
