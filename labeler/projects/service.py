"""Setting up and changing projects, and who is a member of them."""

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection

from labeler import contents
from labeler.accounts.audit import audit
from labeler.accounts.auth import Caller, remembered
from labeler.accounts.tables import members
from labeler.kit.columns import clock
from labeler.kit.errors import Invalid, NotFound
from labeler.kit.events import Event, emit
from labeler.kit.validation import explain_validation
from labeler.learning import problems
from labeler.learning.consensus import base as consensus
from labeler.learning.evaluation.metrics import metrics_of
from labeler.projects.access import Member, Project, find_project, member_of, project_cache
from labeler.projects.label_schema import change_schema, first_version, refuse_outdated, schema_of
from labeler.projects.requirements import slice_names, wrong_requirement
from labeler.projects.tables import project_counts, projects
from labeler.tasks import TaskType, task_type
from labeler.wire.projects import Counts, ProjectChange, ProjectIn, ProjectOut, ProjectSettings


@dataclass(frozen=True)
class ProjectChanged(Event):
    """Settings of a project are other than before. settings: their names; keywords: whether those of labels are."""

    name: ClassVar[str] = "project.changed"
    project_id: int
    settings: list[str]
    keywords: bool


@dataclass(frozen=True)
class ProjectErased(Event):
    """A project is to be erased: nothing of it may be left."""

    name: ClassVar[str] = "project.erased"
    project_id: int
    slug: str
    by: int


def slug_of(name: str) -> str:
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60] or "project"
    return f"project-{slug}" if slug.isdigit() else slug


def _free_slug(tx: Connection, name: str) -> str:
    wanted = slug_of(name)
    taken = set(tx.execute(sa.select(projects.c.slug).where(projects.c.slug.startswith(wanted))).scalars())
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def check_settings(
    settings: ProjectSettings,
    task: TaskType[Any],
    labels: list[str],
    before: ProjectSettings | None = None,
    slices: Container[str] = (),
) -> None:
    """Raises `Invalid` for a strategy, model or metric that the task type does not know, or a label to find that is
    none of `labels`. before: the settings that are changed; conditions of theirs whose label is gone may stay.
    slices: their names."""
    if settings.find_label is not None and settings.find_label not in labels:
        raise _unknown("find_label", f'"{settings.find_label}" is not a label of this project')
    known = [name for name, _ in problems.find(task.problem).strategy_choices()]
    if settings.strategy not in known:
        raise _unknown("strategy", f'no query strategy "{settings.strategy}", there are: {", ".join(known)}')
    known = [name for name, _ in answer_methods(task)]
    if settings.answers not in known:
        raise _unknown("answers", f'no answer method "{settings.answers}", there are: {", ".join(known)}')
    if settings.most_labels is not None and settings.most_labels < settings.overlap:
        raise _unknown("most_labels", f"{settings.most_labels} is less than overlap, {settings.overlap}")
    known = [name for name, _ in problems.find(task.problem).model_choices()]
    if settings.model not in known:
        raise _unknown("model", f'no model "{settings.model}", there are: {", ".join(known)}')
    for where, figure in (("target", settings.target), ("published", settings.published)):
        if figure is None:
            continue
        described = {metric.name: metric for metric in metrics_of(task.problem)}
        if figure.metric not in described:
            raise _unknown(f"{where}/metric", f'no metric "{figure.metric}", there are: {", ".join(described)}')
        if described[figure.metric].unit == "share" and not 0 < figure.value <= 1:
            raise _unknown(f"{where}/value", f"{figure.value:g} is no share: expected above 0, up to 1")
    known_before = () if before is None else before.requirements.conditions
    if found := wrong_requirement(settings.requirements, task, labels, known_before, slices):
        raise _unknown(*found)


def answer_methods(task: TaskType[Any]) -> list[tuple[str, str]]:
    """Names and summaries of the ways from several labels to one answer, the default first."""
    auto = "What the labels allow: the majority, and who is right how often once that can be told (auto)."
    kind = consensus.NUMBERS if task.level == "interval" else consensus.LABELS
    found = [(one.name, one.summary) for one in consensus.methods_of(kind) if one.needs != "proba"]
    return [("auto", auto), *found]


def _unknown(setting: str, detail: str) -> Invalid:
    wrong = {"pointer": f"/settings/{setting}", "detail": detail}
    return Invalid(f"settings/{setting}: {detail}.", errors=[wrong])


def create_project(tx: Connection, caller: Caller, body: ProjectIn) -> ProjectOut:
    schema = schema_of(body.given, body.task_type)
    _check_content(body)
    check_settings(body.settings, task_type(body.task_type), schema.label_names)
    row: dict[str, Any] = {
        "slug": _free_slug(tx, body.name),
        "name": body.name,
        "task_type": body.task_type,
        "content": body.content,
        "schema": schema.model_dump(),
        "schema_version": 1,
        "settings": body.settings.model_dump(),
        "created_by": caller.user_id,
        "created_at": clock(),
    }
    project_id = tx.execute(sa.insert(projects).values(row).returning(projects.c.id)).scalar_one()
    tx.execute(
        sa.insert(members).values(project_id=project_id, user_id=caller.user_id, role="manager", created_at=clock())
    )
    first_version(tx, project_id, schema, caller)
    audit(tx, caller, "project.created", project_id=project_id, target=row["slug"])
    remembered.forget()
    return project_out(tx, Member(caller, find_project(tx, project_id), "manager"))


def _check_content(body: ProjectIn) -> None:
    """Raises `Invalid` for a kind of content that does not exist, or that the task type is not asked about."""
    if body.content is None:
        return
    kinds = sorted(task_type(body.task_type).contents or contents.registry.names())
    if body.content not in kinds:
        reason = f'"{body.content[:50]}" is not what "{body.task_type}" is asked about, expected {", ".join(kinds)}'
        raise Invalid(f"content: {reason}.", errors=[{"pointer": "/content", "detail": reason}])


def project_out(tx: Connection, member: Member) -> ProjectOut:
    project = member.project
    return ProjectOut(
        id=project.id,
        slug=project.slug,
        name=project.name,
        task_type=project.task_type,
        content=project.content,
        labels=project.labels,
        scale=project.schema.model_dump().get("scale"),
        schema_=project.schema.model_dump(),
        schema_version=project.schema_version,
        settings=project.settings,
        guideline_version=_published_guideline(tx, project.id),
        role=member.role,
        created_at=project.created_at,
        counts=counts(tx, project.id),
    )


def _published_guideline(tx: Connection, project_id: int) -> int | None:
    latest = sa.text(
        "SELECT max(version) FROM guideline_versions WHERE project_id = :project_id AND published_at IS NOT NULL"
    )
    return tx.execute(latest, {"project_id": project_id}).scalar()


def counts(tx: Connection, project_id: int) -> Counts:
    """Of a large project the items that were counted before, and those that came later."""
    kept = sa.select(project_counts.c.total, project_counts.c.items_until)
    counted = tx.execute(kept.where(project_counts.c.project_id == project_id)).one_or_none()
    numbers = tx.execute(
        sa.text(
            "SELECT (SELECT count(*) FROM items WHERE project_id = :p AND id > :until AND removed_at IS NULL),"
            " (SELECT count(*) FROM items WHERE project_id = :p AND needed > 0),"
            " (SELECT count(*) FROM flags WHERE project_id = :p AND resolved_at IS NULL AND undone_at IS NULL),"
            " (SELECT count(*) FROM webhooks WHERE project_id = :p AND off_reason IS NOT NULL)"
        ),
        {"p": project_id, "until": 0 if counted is None else counted.items_until},
    ).one()
    total = numbers[0] + (0 if counted is None else counted.total)
    return Counts(items=total, labeled=max(0, total - numbers[1]), flags_open=numbers[2], webhooks_off=numbers[3])


def list_projects(tx: Connection, caller: Caller) -> list[ProjectOut]:
    rows = tx.execute(sa.select(projects.c.id).where(projects.c.deleted_at.is_(None)).order_by(projects.c.id))
    seen = []
    for project_id in rows.scalars():
        try:
            seen.append(project_out(tx, member_of(caller, find_project(tx, project_id))))
        except NotFound:
            continue
    return seen


def change_project(tx: Connection, member: Member, change: ProjectChange) -> ProjectOut:
    """Raises `Invalid` when a setting or label does not fit, `Conflict` when answers would lose their label,
    `SchemaOutdated` when `replaces` is not the present version."""
    before = find_project(tx, member.project.id)
    refuse_outdated(tx, before, change.replaces)
    project = change_schema(tx, member, change, replaces=change.replaces) if change.given else before
    values: dict[str, Any] = {}
    if change.name is not None:
        values["name"] = change.name
    if change.requirements is not None:
        change.settings = {**(change.settings or {}), "requirements": change.requirements.model_dump()}
    if change.settings is not None:
        settings = _settings(project, change.settings)
        check_settings(settings, project.task, project.label_names, before.settings, slice_names(tx, project.id))
        values["settings"] = settings.model_dump()
    if values:
        tx.execute(sa.update(projects).where(projects.c.id == project.id).values(**values))
        audit(tx, member.caller, "project.changed", project_id=project.id, target=project.slug, changed=sorted(values))
        project_cache.forget()
    changed = find_project(tx, project.id)
    old, new = before.settings.model_dump(), changed.settings.model_dump()
    others = [name for name in new if new[name] != old[name]]
    emit(tx, ProjectChanged(project.id, others, _keywords(changed) != _keywords(before)), changed)
    return project_out(tx, Member(member.caller, changed, member.role))


def _settings(project: Project, change: dict[str, Any]) -> ProjectSettings:
    before = project.settings.model_dump()
    if isinstance(policy := change.get("retraining"), dict):  # a policy of several parts: what is not given stays
        change = {**change, "retraining": {**before["retraining"], **policy}}
    try:
        return ProjectSettings.model_validate(before | change)
    except ValidationError as error:
        raise explain_validation(error, change, "/settings") from None


def _keywords(project: Project) -> dict[str, list[str]]:
    return {label["name"]: label["keywords"] for label in project.labels if label.get("keywords")}


def delete_project(tx: Connection, member: Member, erase: bool = False, name: str = "") -> None:
    """Hide a project; its name becomes free again. Its labels, versions and models are kept (G3), unless it is erased:
    then the name must be given once more. Raises `Invalid` when it is another."""
    project = member.project
    if erase and name.strip() != project.name:
        detail = f'repeat the name of the project, "{project.name}", to erase it'
        raise Invalid(f"name: {detail}.", errors=[{"pointer": "/name", "detail": detail}])
    gone = {"deleted_at": clock(), "slug": f"{project.slug[:60]}~{project.id}"}
    tx.execute(sa.update(projects).where(projects.c.id == project.id).values(**gone))
    audit(tx, member.caller, "project.deleted", project_id=project.id, target=project.slug, erase=erase)
    project_cache.forget()
    if erase:
        emit(tx, ProjectErased(project.id, project.slug, member.user_id))


def projects_of(tx: Connection, caller: Caller) -> list[dict[str, Any]]:
    """The short list that goes with `/me`."""
    statement = (
        sa.select(projects.c.id, projects.c.slug, projects.c.name, members.c.role)
        .outerjoin(members, sa.and_(members.c.project_id == projects.c.id, members.c.user_id == caller.user_id))
        .where(projects.c.deleted_at.is_(None))
        .order_by(projects.c.name)
    )
    short = []
    for row in tx.execute(statement):
        role = "manager" if caller.role == "admin" else row.role
        if role is not None and caller.project_id in (None, row.id):
            short.append({"id": row.id, "slug": row.slug, "name": row.name, "role": role})
    return short
