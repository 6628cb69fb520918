"""Recording labels: the labelers' path. One label is a handful of statements and shares its commit.

The statements are built once, at import: putting one together costs more than running it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.guidelines.service import STANDING
from labeler.items.tables import items, present
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.events import Event, emit
from labeler.labels.current import record
from labeler.labels.tables import aside, current_labels, labels
from labeler.labels.values import check_value
from labeler.projects.access import Member, Project, find_project
from labeler.projects.tables import projects
from labeler.wire.labels import LabelerOut, LabelIn, LabelOut


@dataclass(frozen=True)
class LabelSubmitted(Event):
    """A label was recorded, changed, or (value None) taken back.

    value: as the newest schema reads it. counted: whether its kind of labeler counts in the project. others: how many
    counted labels other labelers have given on the item. needed: how many the item still needs. is_new: the labeler
    had none on it before.
    """

    name: ClassVar[str] = "label.submitted"
    project_id: int
    item_id: int
    label_id: int
    labeler_id: int
    kind: str
    value: Any
    is_new: bool
    counted: bool
    others: int
    needed: int

    def payload(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Answered:
    """The recorded label, and whether this very request was answered before."""

    label: LabelOut
    item_id: int
    repeated: bool = False
    pick: dict[str, Any] | None = None  # how the item had been chosen


_find_item = (
    sa.select(
        items.c.id,
        items.c.needed,
        current_labels.c.label_id,
        sa.exists(
            sa.select(sa.literal(1)).where(aside.c.item_id == items.c.id, aside.c.labeler_id == bindparam("labeler"))
        ).label("is_aside"),
        sa.select(projects.c.schema_version)
        .where(projects.c.id == bindparam("project"))
        .scalar_subquery()
        .label("schema_version"),
        *STANDING,
    )
    .outerjoin(
        current_labels,
        sa.and_(current_labels.c.item_id == items.c.id, current_labels.c.labeler_id == bindparam("labeler")),
    )
    .where(present(bindparam("project")), items.c.key == bindparam("key"))
)
FIND_ITEM = {
    "sqlite": CompiledStatement(_find_item),
    "postgresql": CompiledStatement(_find_item.with_for_update(of=items)),
}
FIND_REPEATED = CompiledStatement(
    sa.select(labels, items.c.key)
    .join(items, items.c.id == labels.c.item_id)
    .where(
        labels.c.project_id == bindparam("project"),
        labels.c.labeler_id == bindparam("labeler"),
        labels.c.idempotency_key == bindparam("once"),
    )
)
DROP_ASIDE = CompiledStatement(
    sa.delete(aside).where(aside.c.item_id == bindparam("item"), aside.c.labeler_id == bindparam("labeler"))
)


def find_item(tx: Connection, member: Member, key: str) -> Any:
    """What `look_up` finds. Raises `NotFound`."""
    row = look_up(tx, member, key)
    if row is None:
        raise _no_item(key)
    return row


def look_up(tx: Connection, member: Member, key: str) -> Any:
    """The item's id and what an answer to it has to know, or None; PostgreSQL locks the item."""
    me = member.user_id
    return FIND_ITEM[tx.dialect.name].one(tx, project=member.project.id, labeler=me, user=me, key=key)


def _no_item(key: str) -> NotFound:
    return NotFound(f'There is no item with key "{key}" in this project.')


def guideline_of(item: Any, given: int | None) -> int | None:
    """The guideline version an answer was made under. Raises `Invalid` for one that is not published."""
    if given is not None:
        if item.published is None or given > item.published:
            raise Invalid(
                f"Guideline version {given} is not published in this project.",
                errors=[{"pointer": "/guideline_version", "detail": "not published"}],
            )
        return given
    version: int | None = item.published if item.acknowledged is None else item.acknowledged
    return version


def project_now(tx: Connection, project: Project, schema_version: int) -> Project:
    """The project under the newest version of its schema: what a process remembers may be a second old."""
    return project if project.schema_version == schema_version else find_project(tx, project.id)


def submit(
    tx: Connection,
    member: Member,
    body: LabelIn,
    source: str,
    suggestion: dict[str, Any] | None = None,
    pick: dict[str, Any] | None = None,
    draw: dict[str, Any] | None = None,
) -> Answered:
    """Record one label; repeating its `idempotency_key` returns the first answer.

    An earlier label of the same labeler on the item is superseded, not changed. A label is taken also
    after its lease has run out (G4). Raises `NotFound`, `Invalid`, `Conflict`.
    """
    lock(tx, "labels", member.project.id, shared=True)
    item = look_up(tx, member, body.item_key)
    # After the item's lock: until then the same request may have been at work.
    if (before := _repeated(tx, member, body)) is not None:
        return before
    if item is None:
        raise _no_item(body.item_key)
    project = project_now(tx, member.project, item.schema_version)
    value, version = check_value(tx, project, item.id, body.value, body.schema_version)
    kind = member.caller.labels_as(source)
    row = {
        "project_id": project.id,
        "item_id": item.id,
        "labeler_id": member.user_id,
        "value": value,
        "source": source,
        "kind": kind,
        "guideline_version": guideline_of(item, body.guideline_version),
        "schema_version": version,
        "elapsed_ms": body.elapsed_ms,
        "supersedes": item.label_id,
        "pick": pick,
        "suggestion": suggestion,
        "suggestion_draw": draw,
        "idempotency_key": body.idempotency_key,
    }
    counted = project.counts(kind, member.user_id, source)
    now = record(tx, project, row, counted)
    if item.is_aside:
        DROP_ASIDE(tx, item=item.id, labeler=member.user_id)
    happened = LabelSubmitted(
        project_id=project.id,
        item_id=item.id,
        label_id=now.id,
        labeler_id=member.user_id,
        kind=kind,
        value=project.read(value, version),
        is_new=item.label_id is None,
        counted=counted,
        others=now.others,
        needed=now.needed,
    )
    emit(tx, happened, project)
    return Answered(_out(row, now.id, now.created_at, body.item_key, member, project), item.id)


def _repeated(tx: Connection, member: Member, body: LabelIn) -> Answered | None:
    """The first answer to this `idempotency_key`, or None."""
    if body.idempotency_key is None:
        return None
    known = {"project": member.project.id, "labeler": member.user_id, "once": body.idempotency_key}
    before = FIND_REPEATED.one(tx, **known)
    if before is None:
        return None
    if before.key != body.item_key:
        raise Conflict("This idempotency_key was used for another item. Use a new one for each answer.")
    return Answered(label_out(before, before.key, member), before.item_id, repeated=True)


def take_back(tx: Connection, member: Member, label_id: int) -> Answered:
    """Undo: a new row without a value supersedes the label, and the item is open again.

    Raises `NotFound` for labels of others, `Conflict` when it is not the labeler's current one.
    """
    statement = (
        sa.select(labels, items.c.key).join(items, items.c.id == labels.c.item_id).where(labels.c.id == label_id)
    )
    row = tx.execute(statement.where(labels.c.project_id == member.project.id)).one_or_none()
    if row is None or row.labeler_id != member.user_id:
        raise NotFound(f"You have no label {label_id} in this project.")
    lock(tx, "labels", member.project.id, shared=True)
    item = find_item(tx, member, row.key)
    undone = sa.select(labels, items.c.key).join(items, items.c.id == labels.c.item_id)
    undone = undone.where(labels.c.supersedes == label_id, labels.c.item_id == row.item_id)
    again = tx.execute(undone).one_or_none()
    if again is not None and again.value is None:
        return Answered(label_out(again, row.key, member), row.item_id, repeated=True)
    if item.label_id != label_id:
        raise Conflict(f"Label {label_id} was superseded by a newer one already.")
    project = project_now(tx, member.project, item.schema_version)
    values = {
        "project_id": project.id,
        "item_id": row.item_id,
        "labeler_id": member.user_id,
        "value": None,
        "source": row.source,
        "kind": row.kind,
        "guideline_version": row.guideline_version,
        "schema_version": row.schema_version,
        "elapsed_ms": None,
        "supersedes": label_id,
        "pick": row.pick,
        "suggestion": None,
        "suggestion_draw": None,
        "idempotency_key": None,
    }
    counted = project.counts(row.kind, member.user_id, row.source, row.id)
    now = record(tx, project, values, counted)
    happened = LabelSubmitted(
        project_id=project.id,
        item_id=row.item_id,
        label_id=now.id,
        labeler_id=member.user_id,
        kind=row.kind,
        value=None,
        is_new=False,
        counted=counted,
        others=now.others,
        needed=now.needed,
    )
    emit(tx, happened, project)
    undone_label = _out(values, now.id, now.created_at, row.key, member, project)
    return Answered(undone_label, row.item_id, pick=row.pick)


def label_out(row: Any, key: str, member: Member) -> LabelOut:
    return _out(row._asdict(), row.id, row.created_at, key, member, member.project)


def _out(row: Any, label_id: int, created_at: datetime, key: str, member: Member, project: Project) -> LabelOut:
    caller = member.caller
    value = row["value"]
    return LabelOut(
        id=label_id,
        item_key=key,
        value=None if value is None else project.read(value, row["schema_version"]),
        labeler=LabelerOut(id=caller.user_id, name=caller.name, kind=caller.kind),
        guideline_version=row["guideline_version"],
        schema_version=row["schema_version"],
        source=row["source"],
        created_at=created_at,
        supersedes=row["supersedes"],
    )
