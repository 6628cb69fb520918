"""Versions of what can be answered in a project. None is ever changed: a change makes the next one.

A version says how answers of the one before are read in it (`mapping`). Answers themselves stay as they were given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.auth import Caller
from labeler.accounts.tables import users
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.errors import Invalid, NotFound, SchemaOutdated
from labeler.kit.events import Event, emit
from labeler.kit.validation import explain_validation
from labeler.projects.access import Member, Project, find_project, project_cache, read_by
from labeler.projects.tables import label_schemas, projects
from labeler.tasks import TaskSchema, UnknownTaskType, parse_schema
from labeler.wire.schema import Moves, SchemaParts, SchemaVersionOut


@dataclass(frozen=True)
class SchemaChanged(Event):
    """What can be answered is another version. mapping: how answers are read in it; retired: labels that went without a
    word about their answers; splits: labels that became several; split: what was said about that."""

    name: ClassVar[str] = "schema.changed"
    project_id: int
    version: int
    mapping: dict[str, str | None]
    retired: list[str]
    splits: dict[str, list[str]] = field(default_factory=dict)
    split: "Split | None" = None

    def payload(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "split"}


@dataclass(frozen=True)
class Split:
    """Who is asked about the items of labels that are split, on whose behalf, and what the new labels look like."""

    to: str | list[int]
    hints: dict[str, Any]
    by: int


@dataclass(frozen=True)
class Plan:
    """The next version of a schema. mapping: labels that change, a list for those that are split, None for those that
    go; retired: of these, the ones that nobody mapped."""

    schema: TaskSchema
    mapping: Moves
    retired: list[str]

    @property
    def splits(self) -> dict[str, list[str]]:
        return {old: new for old, new in self.mapping.items() if isinstance(new, list)}


def plan(project: Project, given: Mapping[str, Any], mapping: Mapping[str, Any]) -> Plan:
    """What a change makes of the schema. given: fields of the schema that change. Raises `Invalid`."""
    before = project.schema
    schema = schema_of({**before.model_dump(), **given}, project.task_type)
    old, new = before.names(), set(schema.names())
    moves: Moves = {}
    for name, to in mapping.items():
        if name not in old:
            raise _wrong(name, "is no label of the present schema")
        for one in to if isinstance(to, list) else [to]:
            if one is not None and one not in new:
                raise _wrong(name, f'is mapped to "{one}", which is no label of the new schema')
        if isinstance(to, list) and len(set(to)) < 2:
            raise _wrong(name, "is split into fewer than two labels: map it to one, or to null")
        if to != name:
            moves[name] = to
    retired = [name for name in old if name not in new and name not in mapping]
    return Plan(schema, moves | dict.fromkeys(retired), retired)


def schema_of(given: Mapping[str, Any], task_type: str) -> TaskSchema:
    """The schema of this task type with these fields. Raises `Invalid`, naming each field that does not fit."""
    try:
        return parse_schema({**given, "type": task_type})
    except UnknownTaskType as unknown:
        raise Invalid(f"task_type: {unknown}.", errors=[{"pointer": "/task_type", "detail": str(unknown)}]) from None
    except ValidationError as error:
        raise explain_validation(error, given) from None


def _wrong(name: str, reason: str) -> Invalid:
    text = f'"{name[:100]}" {reason}'
    return Invalid(f"mapping: {text}.", errors=[{"pointer": "/mapping", "detail": text}])


def refuse_outdated(tx: Connection, project: Project, replaces: int | None) -> None:
    """Raises `SchemaOutdated` when the version that somebody began with is not the present one."""
    if replaces is None or replaces == project.schema_version:
        return
    who = get_version(tx, project.id, project.schema_version).created_by or "Somebody"
    raise SchemaOutdated(
        f"{who} has changed what can be answered since you began: version {project.schema_version} is the present one. "
        "Nothing of yours was saved: look at theirs, then change that.",
        version=project.schema_version,
    )


def change_schema(
    tx: Connection,
    member: Member,
    given: SchemaParts,
    mapping: Mapping[str, Any] | None = None,
    reason: str = "",
    replaces: int | None = None,
    split: Split | None = None,
) -> Project:
    """Make the next version, unless nothing changes; returns the project as it is then.

    Raises `SchemaOutdated` when `replaces` is not the present version, `Invalid` for a schema or mapping that does not
    fit, `Conflict` (from those who keep answers) when answers would lose their label without anybody having said so.
    """
    lock(tx, "labels", member.project.id)
    project = find_project(tx, member.project.id)
    refuse_outdated(tx, project, replaces)
    planned = plan(project, given.given, mapping or {})
    if planned.schema == project.schema and not planned.mapping:
        return project
    version = project.schema_version + 1
    _keep(tx, project.id, version, planned.schema, planned.mapping, reason, member.caller)
    values: dict[str, Any] = {"schema": planned.schema.model_dump(), "schema_version": version}
    wanted = project.settings.find_label
    if wanted in planned.mapping:
        values["settings"] = project.settings.model_dump() | {"find_label": read_by(planned.mapping)[wanted]}
    tx.execute(sa.update(projects).where(projects.c.id == project.id).values(**values))
    project_cache.forget()
    changed = find_project(tx, project.id)
    reads = read_by(planned.mapping)
    emit(tx, SchemaChanged(project.id, version, reads, planned.retired, planned.splits, split), changed)
    audit(
        tx,
        member.caller,
        "schema.changed",
        project_id=project.id,
        target=project.slug,
        version=version,
        mapping=planned.mapping,
        reason=reason,
    )
    return changed


def first_version(tx: Connection, project_id: int, schema: TaskSchema, caller: Caller) -> None:
    _keep(tx, project_id, 1, schema, {}, "", caller)


def _keep(
    tx: Connection,
    project_id: int,
    version: int,
    schema: TaskSchema,
    mapping: Mapping[str, str | list[str] | None],
    reason: str,
    caller: Caller,
) -> None:
    row = {
        "project_id": project_id,
        "version": version,
        "schema": schema.model_dump(),
        "mapping": dict(mapping),
        "reason": reason,
        "created_by": caller.user_id,
        "created_at": clock(),
    }
    tx.execute(sa.insert(label_schemas).values(row))


def list_versions(tx: Connection, project_id: int) -> list[SchemaVersionOut]:
    """All versions, newest first."""
    statement = (
        sa.select(label_schemas, users.c.name)
        .outerjoin(users, users.c.id == label_schemas.c.created_by)
        .where(label_schemas.c.project_id == project_id)
        .order_by(label_schemas.c.version.desc())
    )
    return [_out(row) for row in tx.execute(statement)]


def get_version(tx: Connection, project_id: int, version: int) -> SchemaVersionOut:
    found = next((one for one in list_versions(tx, project_id) if one.version == version), None)
    if found is None:
        raise NotFound(f"There is no version {version} of this project's schema.")
    return found


def schema_at(tx: Connection, project: Project, version: int) -> TaskSchema | None:
    """The schema of an earlier version; None when there was none."""
    if version == project.schema_version:
        return project.schema
    row = sa.select(label_schemas.c.schema).where(
        label_schemas.c.project_id == project.id, label_schemas.c.version == version
    )
    found = tx.execute(row).scalar()
    return None if found is None else parse_schema(found)


def _out(row: Any) -> SchemaVersionOut:
    return SchemaVersionOut(
        version=row.version,
        schema_=row.schema,
        mapping=row.mapping,
        reason=row.reason,
        created_by=row.name,
        created_at=row.created_at,
    )
