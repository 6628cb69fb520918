"""What a labeler said, for the labeler: the last answers, and what became of the hard flags."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.items.tables import items
from labeler.kit.columns import clock, to_micros
from labeler.kit.errors import NotFound
from labeler.labels.tables import current_labels, flags, labels, skips
from labeler.projects.access import TRAINING, Member
from labeler.wire.labels import OwnAnswer, OwnFlag, Resolution

KINDS = ("flag", "label", "skip")
MOST_FLAGS = 50


class Place(NamedTuple):
    """Where an answer stands in the order: by time, then by kind and number."""

    at: int
    kind: str
    id: int


def place_of(answer: OwnAnswer) -> Place:
    return Place(to_micros(answer.created_at), answer.kind, answer.id)


def own_answers(tx: Connection, member: Member, before: Place | None, limit: int) -> list[OwnAnswer]:
    """The answers of the member that stand and can be corrected, newest first, those after `before`: without those of
    a training."""
    found = [
        OwnAnswer(
            kind=kind,
            id=row.id,
            item_key=row.key,
            content=row.content,
            metadata=row.metadata,
            value=member.project.read(row.value, row.schema_version) if kind == "label" else None,
            reason=row.reason,
            note=row.note,
            created_at=row.created_at,
        )
        for kind, statement in _statements(member).items()
        for row in tx.execute(_after(statement, kind, before).limit(limit))
    ]
    return sorted(found, key=place_of, reverse=True)[:limit]


def _statements(member: Member) -> dict[str, Any]:
    """A select of the own answers of each kind, without order."""
    about = (items.c.key, items.c.content, items.c.metadata)

    def mine(table: sa.Table) -> tuple[Any, ...]:
        return table.c.project_id == member.project.id, table.c.labeler_id == member.user_id

    hard = sa.and_(flags.c.label_id == labels.c.id, flags.c.undone_at.is_(None))
    given = (
        sa.select(labels, flags.c.reason, flags.c.note, *about)
        .join(items, items.c.id == labels.c.item_id)
        .join(
            current_labels,
            sa.and_(
                current_labels.c.item_id == labels.c.item_id,
                current_labels.c.labeler_id == labels.c.labeler_id,
                current_labels.c.label_id == labels.c.id,
            ),
        )
        .outerjoin(flags, hard)
        .where(*mine(labels), labels.c.kind != "import", labels.c.source != TRAINING, items.c.removed_at.is_(None))
    )
    standing = {"label": given}
    for kind, table in (("skip", skips), ("flag", flags)):
        later = [_later(other, table) for other in (labels, skips, flags)]
        standing[kind] = (
            sa.select(table, *about)
            .join(items, items.c.id == table.c.item_id)
            .where(*mine(table), table.c.undone_at.is_(None), items.c.removed_at.is_(None), *later)
        )
    standing["flag"] = standing["flag"].where(flags.c.label_id.is_(None))
    return standing


def _later(other: sa.Table, table: sa.Table) -> Any:
    """Nothing in the other table was said later by the same labeler about the same item."""
    one = other.alias()
    same = (one.c.item_id == table.c.item_id, one.c.labeler_id == table.c.labeler_id)
    newer = one.c.id > table.c.id if other is table else one.c.created_at > table.c.created_at
    return sa.not_(sa.exists(sa.select(sa.literal(1)).where(*same, newer)))


def _after(statement: Any, kind: str, before: Place | None) -> Any:
    """Newest first, those that stand after a place. Answers of one kind have rising ids, as their times are."""
    table = {"label": labels, "skip": skips, "flag": flags}[kind]
    ordered = statement.order_by(table.c.id.desc())
    if before is None:
        return ordered
    at = sa.literal(before.at, sa.BigInteger)
    time = sa.cast(table.c.created_at, sa.BigInteger)
    if kind == before.kind:
        return ordered.where(table.c.id < before.id)
    return ordered.where(time <= at if kind < before.kind else time < at)


def decided_flags(tx: Connection, member: Member) -> list[OwnFlag]:
    """Hard flags of the member that another person decided, and whose decision is not read."""
    decision = (
        sa.select(labels.c.value, labels.c.schema_version, current_labels.c.item_id, current_labels.c.labeler_id)
        .join(current_labels, current_labels.c.label_id == labels.c.id)
        .subquery()
    )
    statement = (
        sa.select(flags, items.c.key, items.c.content, users.c.name, decision.c.value, decision.c.schema_version)
        .join(items, items.c.id == flags.c.item_id)
        .outerjoin(users, users.c.id == flags.c.resolved_by)
        .outerjoin(
            decision,
            sa.and_(decision.c.item_id == flags.c.item_id, decision.c.labeler_id == flags.c.resolved_by),
        )
        .where(
            flags.c.project_id == member.project.id,
            flags.c.labeler_id == member.user_id,
            flags.c.resolved_at.is_not(None),
            flags.c.resolved_by != member.user_id,
            flags.c.undone_at.is_(None),
            flags.c.read_at.is_(None),
            items.c.removed_at.is_(None),
        )
        .order_by(flags.c.resolved_at, flags.c.id)
        .limit(MOST_FLAGS)
    )
    return [
        OwnFlag(
            id=row.id,
            item_key=row.key,
            content=row.content,
            reason=row.reason,
            note=row.note,
            created_at=row.created_at,
            resolution=Resolution(note=row.resolution or "", by=row.name or "", at=row.resolved_at),
            value=None if row.value is None else member.project.read(row.value, row.schema_version),
        )
        for row in tx.execute(statement)
    ]


def mark_read(tx: Connection, member: Member, flag_id: int) -> None:
    """Raises `NotFound` for flags of others, and for one that is not decided."""
    mine = (flags.c.id == flag_id, flags.c.project_id == member.project.id, flags.c.labeler_id == member.user_id)
    read = sa.update(flags).where(*mine, flags.c.resolved_at.is_not(None)).values(read_at=clock())
    if tx.execute(read).rowcount == 0:
        raise NotFound(f"You have no decided flag {flag_id} in this project.")
