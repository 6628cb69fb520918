"""Working through hard flags: listing and resolving them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.contents import kind_of
from labeler.guidelines.service import propose_rule
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.errors import Conflict, NotFound
from labeler.labels.submit import submit
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Member, Project
from labeler.wire.labels import FlagOut, ItemLabel, LabelerOut, LabelIn, ResolveFlag

resolver = users.alias("resolver")
AGAIN = dict.fromkeys(("resolved_at", "resolved_by", "resolution", "read_at", "decision_id"))
"""The columns of a flag that is open again."""


def _select() -> Any:
    return (
        sa.select(
            flags,
            items.c.key,
            items.c.content,
            users.c.name.label("labeler_name"),
            users.c.kind.label("labeler_kind"),
            resolver.c.name.label("resolver_name"),
        )
        .join(items, items.c.id == flags.c.item_id)
        .join(users, users.c.id == flags.c.labeler_id)
        .outerjoin(resolver, resolver.c.id == flags.c.resolved_by)
        .where(flags.c.undone_at.is_(None))
    )


def list_flags(
    tx: Connection, project: Project, state: str, reason: str | None, before: int | None, limit: int
) -> list[FlagOut]:
    """Newest first. state: open, resolved or all."""
    statement = _select().where(flags.c.project_id == project.id).order_by(flags.c.id.desc()).limit(limit)
    if state != "all":
        statement = statement.where(
            flags.c.resolved_at.is_(None) if state == "open" else flags.c.resolved_at.is_not(None)
        )
    if reason is not None:
        statement = statement.where(flags.c.reason == reason)
    if before is not None:
        statement = statement.where(flags.c.id < before)
    rows = tx.execute(statement).all()
    given = labels_of(tx, project, [row.item_id for row in rows])
    return [_out(row, given.get(row.item_id, [])) for row in rows]


def _out(row: Any, given: list[ItemLabel]) -> FlagOut:
    resolution = None
    if row.resolved_at is not None:
        resolution = {"note": row.resolution or "", "by": row.resolver_name or "", "at": row.resolved_at}
    return FlagOut(
        id=row.id,
        item_key=row.key,
        content=row.content,
        reason=row.reason,
        note=row.note,
        labeler=LabelerOut(id=row.labeler_id, name=row.labeler_name, kind=row.labeler_kind),
        guideline_version=row.guideline_version,
        created_at=row.created_at,
        state="open" if row.resolved_at is None else "resolved",
        resolution=resolution,
        labels=given,
    )


def labels_of(tx: Connection, project: Project, item_ids: list[int]) -> dict[int, list[ItemLabel]]:
    """The current labels of these items as the newest schema reads them, by item id, oldest first."""
    statement = (
        sa.select(labels, users.c.name.label("labeler_name"), users.c.kind.label("labeler_kind"))
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .join(users, users.c.id == labels.c.labeler_id)
        .where(current_labels.c.item_id.in_(item_ids))
        .order_by(labels.c.id)
    )
    found: dict[int, list[ItemLabel]] = {}
    for row in tx.execute(statement):
        entry = ItemLabel(
            id=row.id,
            value=project.read(row.value, row.schema_version),
            labeler=LabelerOut(id=row.labeler_id, name=row.labeler_name, kind=row.labeler_kind),
            kind=row.kind,
            guideline_version=row.guideline_version,
            schema_version=row.schema_version,
            created_at=row.created_at,
            source=row.source,
        )
        found.setdefault(row.item_id, []).append(entry)
    return found


def resolve(tx: Connection, member: Member, flag_id: int, body: ResolveFlag) -> FlagOut:
    """Close a flag with a note; with `value`, the resolver's label is recorded too."""
    statement = _select().where(flags.c.id == flag_id, flags.c.project_id == member.project.id)
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"There is no flag {flag_id} in this project.")
    done = sa.update(flags).where(flags.c.id == flag_id, flags.c.resolved_at.is_(None))
    values = {"resolved_at": clock(), "resolved_by": member.user_id, "resolution": body.note}
    if tx.execute(done.values(**values)).rowcount == 0:
        row = tx.execute(statement).one()  # two people had it open
        by = row.resolver_name or "Somebody"
        decided = f'They said: "{row.resolution}".' if row.resolution else ""
        raise Conflict(" ".join(filter(None, (f"{by} has resolved this hard item already.", decided))))
    if body.value is not None:
        submit(tx, member, LabelIn(item_key=row.key, value=body.value), "resolution")
    propose(tx, member, body.value, body.rule, row.content if body.example else None)
    audit(tx, member.caller, "flag.resolved", project_id=member.project.id, target=row.key, note=body.note)
    row = tx.execute(statement).one()
    return _out(row, labels_of(tx, member.project, [row.item_id]).get(row.item_id, []))


def propose(tx: Connection, member: Member, value: Any, rule: str, example: dict[str, Any] | None) -> None:
    """Put the rule that follows from a decision into the guideline's draft, if there is one. example: an item's
    content."""
    if rule.strip():
        label = member.project.task.labels_in(value)[:1] if value is not None else []
        kind = None if example is None else kind_of(example)
        preview = None if kind is None or example is None else kind.preview(example)
        propose_rule(tx, member, label[0] if label else None, rule, preview)


def resolve_all(tx: Connection, member: Member, item_ids: Sequence[int], note: str, decision_id: int) -> list[Any]:
    """Close every open flag of these items with one note; returns their `id`, `item_id` and `labeler_id`."""
    mine = sa.update(flags).where(
        flags.c.project_id == member.project.id,
        flags.c.item_id.in_(item_ids),
        flags.c.resolved_at.is_(None),
        flags.c.undone_at.is_(None),
    )
    done = {"resolved_at": clock(), "resolved_by": member.user_id, "resolution": note, "decision_id": decision_id}
    return list(tx.execute(mine.values(**done).returning(flags.c.id, flags.c.item_id, flags.c.labeler_id)).all())


def reopen_all(tx: Connection, project_id: int, decision_id: int) -> int:
    """Open every flag again that this decision closed and that nobody decided once more since; returns how many."""
    mine = sa.update(flags).where(flags.c.project_id == project_id, flags.c.decision_id == decision_id)
    return tx.execute(mine.values(AGAIN)).rowcount


def reopen(tx: Connection, member: Member, flag_id: int) -> FlagOut:
    """Take a decision back: the flag waits again. Labels that came with it stay; the audit trail keeps its words."""
    statement = _select().where(flags.c.id == flag_id, flags.c.project_id == member.project.id)
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound(f"There is no flag {flag_id} in this project.")
    again = sa.update(flags).where(flags.c.id == flag_id, flags.c.resolved_at.is_not(None))
    if tx.execute(again.values(AGAIN)).rowcount:
        audit(tx, member.caller, "flag.reopened", project_id=member.project.id, target=row.key, note=row.resolution)
    row = tx.execute(statement).one()
    return _out(row, labels_of(tx, member.project, [row.item_id]).get(row.item_id, []))
