"""Who may do what in a project (G13). The permission is in a route's signature:

    async def submit_label(body: LabelIn, member: CanLabel, write: Write) -> LabelOut: ...

A project that the caller has nothing to do with answers 404, as one that does not exist.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
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


GOLD = sa.table("gold_items", sa.column("project_id"))
STANDINGS = sa.table("labeler_standings", sa.column("project_id"))
BLIND = sa.table("blind_items", sa.column("project_id"))
TERMS = sa.table("labeler_terms", sa.column("project_id"))
RULES = sa.table("rule_fits", sa.column("project_id"))
LLMS = sa.table("llm_labelers", sa.column("project_id"), sa.column("user_id"), sa.column("counts_after"))
LOOKED_FOR = {
    "has_gold": GOLD,
    "has_blind": BLIND,
    "has_llms": LLMS,
    "has_standings": STANDINGS,
    "has_terms": TERMS,
    "weighs_rules": RULES,
}
LLM, BLINDLY = "llm", "llm_blind"
"""The kind of labels of language models; the source of those that people are asked for, too, and that never count."""
TRAINING = "training"
"""The source of labels that newcomers give in training (`labeler.standings`): they never count."""


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
    has_gold: bool = False
    """Whether the answer of some item is known (`labeler.quality.gold`)."""
    has_blind: bool = False
    """Whether people are asked for items that a language model labeled, to measure it (`labeler.queue.blind_items`)."""
    weighs_rules: bool = False
    """Whether what heuristics and language models say may be the answer of items that nobody has labeled
    (`labeler.quality.tables.rule_answers`)."""
    counting_llms: Mapping[int, int] = field(default_factory=dict)
    """Language models that were measured and count (`labeler.llm`): account to the label after which theirs do."""
    mappings: tuple[Mapping[str, str | None], ...] = ()
    """From each version of the schema to the next: mappings[0] leads from version 1 to 2."""
    has_terms: bool = False
    """Whether somebody labels on terms of their own (`labeler.terms`)."""
    asks_again: bool = False
    """Whether a campaign runs or begins."""
    has_standings: bool = False
    """Whether somebody is or was in training, held or paused (`labeler.standings`)."""

    @property
    def task(self) -> TaskType[Any]:
        return task_type(self.task_type)

    @property
    def labels(self) -> list[dict[str, Any]]:
        """The labels as JSON; none where answers hold no labels."""
        found: list[dict[str, Any]] = self.schema.model_dump().get("labels") or []
        return found

    @property
    def trains(self) -> bool:
        """Whether newcomers get gold items first."""
        return self.has_gold and self.settings.training_items > 0

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

    def counts(self, kind: str, labeler_id: int = 0, source: str = "", label_id: int | None = None) -> bool:
        """Whether labels of this kind of labeler count. Language models count one by one; label_id: None, a new one."""
        if kind != LLM:
            return kind in self.settings.counting and source != TRAINING
        after = self.counting_llms.get(labeler_id)
        return after is not None and source != BLINDLY and (label_id is None or label_id > after)


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
    statement = sa.select(
        projects,
        *(
            sa.exists(sa.select(sa.literal(1)).select_from(table).where(table.c.project_id == projects.c.id)).label(
                name
            )
            for name, table in LOOKED_FOR.items()
        ),
    )
    statement = statement.where(found, projects.c.deleted_at.is_(None)).order_by(projects.c.id)
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
        has_gold=row.has_gold,
        has_blind=row.has_blind,
        has_terms=row.has_terms,
        weighs_rules=row.weighs_rules,
        counting_llms=_counting_llms(tx, row.id) if row.has_llms else {},
        mappings=_mappings(tx, row.id) if row.schema_version > 1 else (),
        asks_again=row.asks_again,
        has_standings=row.has_standings,
    )


def read_by(mapping: Mapping[str, str | list[str] | None]) -> dict[str, str | None]:
    """How answers are read through a mapping: of a label that was split nobody knows which one is meant."""
    return {old: None if isinstance(new, list) else new for old, new in mapping.items()}


def _counting_llms(tx: Connection, project_id: int) -> dict[int, int]:
    mine = (LLMS.c.project_id == project_id, LLMS.c.counts_after.is_not(None))
    rows = tx.execute(sa.select(LLMS.c.user_id, LLMS.c.counts_after).where(*mine))
    return {row.user_id: row.counts_after for row in rows}


def _mappings(tx: Connection, project_id: int) -> tuple[Mapping[str, str | None], ...]:
    later = sa.select(label_schemas.c.mapping).where(
        label_schemas.c.project_id == project_id, label_schemas.c.version > 1
    )
    return tuple(read_by(one) for one in tx.execute(later.order_by(label_schemas.c.version)).scalars())


def member_of(caller: Caller, project: Project) -> Member:
    """The caller as a member; raises `NotFound` for strangers, so that they can't tell it exists."""
    role = "manager" if caller.role == "admin" else caller.memberships.get(project.id)
    if role is None or (caller.project_id is not None and caller.project_id != project.id):
        raise NotFound("There is no such project, or you are not a member of it.")
    return Member(caller, project, role)


REMEMBERED_SECONDS = 1.0


class ProjectCache:
    """Projects by reference, as long as a `Caller` is remembered: the labelers' path asks for one each time."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, asyncio.Task[Project]]] = {}

    async def get(self, db: Database, reference: str) -> Project:
        """Looked up once for all who ask meanwhile. Raises `NotFound`."""
        now = time.monotonic()
        known = self._found.get(reference)
        is_old = known is None or now - known[0] > REMEMBERED_SECONDS
        if known is None or is_old or known[1].get_loop() is not asyncio.get_running_loop():
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


def set_asks_again(tx: Connection, project_id: int, asks: Any) -> None:
    """Whether items are asked again there: a boolean, or a condition."""
    tx.execute(sa.update(projects).where(projects.c.id == project_id).values(asks_again=asks))
    project_cache.forget()


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
