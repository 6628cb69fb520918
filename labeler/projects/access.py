"""Who may do what in a project (G13). The permission is in a route's signature:

    async def submit_label(body: LabelIn, member: CanLabel, write: Write) -> LabelOut: ...

A project that the caller has nothing to do with answers 404, as one that does not exist.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Path, Request
from sqlalchemy import Connection

from labeler.accounts.auth import Caller, get_caller
from labeler.kit.db import Database
from labeler.kit.errors import Forbidden, NotFound
from labeler.projects.schemas import ProjectSettings
from labeler.projects.tables import projects

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
    labels: list[dict[str, Any]]
    settings: ProjectSettings
    created_at: Any

    @property
    def label_names(self) -> list[str]:
        return [label["name"] for label in self.labels]


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
    return Project(row.id, row.slug, row.name, row.task_type, row.labels, settings, row.created_at)


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
