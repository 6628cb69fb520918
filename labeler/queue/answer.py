"""A labeler's answer and their next items in one transaction: one request, one commit."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.users import UserDeactivated
from labeler.imports.write import LabelsImported
from labeler.items.remove import ItemsRemoved
from labeler.items.tables import items, present
from labeler.kit.compiled import CompiledStatement
from labeler.kit.db import lock
from labeler.kit.errors import GuidelineNotAcknowledged, LabelerPaused, TrainingNotPassed
from labeler.kit.events import listen
from labeler.labels import set_aside as hard
from labeler.labels.submit import LabelSubmitted, take_back
from labeler.labels.tables import flags, skips
from labeler.projects.access import Member, Project
from labeler.projects.members import MemberLeft
from labeler.quality import answers as _answers  # noqa: F401 - what listens there does so first
from labeler.queue import blind_items, trainees
from labeler.queue.giving_back import give_back_others
from labeler.queue.leases import lend_again, require_acknowledged
from labeler.queue.tables import leases, queue_entries
from labeler.terms.limits import ASSIGNED, SKILLS, limits_of
from labeler.wire.labels import FlagIn, LabelAndNext, LabelIn, LabelOut, SkipIn
from labeler.wire.queue import FlagAnswer, LabelAnswer, NextOut, SkipAnswer, Undone, UndoneLabel

_item = sa.select(items.c.id).where(present(bindparam("project")), items.c.key == bindparam("key")).scalar_subquery()
END_LEASE = CompiledStatement(
    sa.delete(leases)
    .where(leases.c.item_id == _item, leases.c.labeler_id == bindparam("labeler"))
    .returning(leases.c.suggestion, leases.c.suggestion_draw, leases.c.pick)
)
_drop = sa.delete(queue_entries).where(queue_entries.c.item_id == bindparam("item"))
_done = sa.exists(sa.select(sa.literal(1)).where(items.c.id == bindparam("item"), items.c.needed == 0))
DROP_ENTRIES, DROP_IF_DONE = CompiledStatement(_drop), CompiledStatement(_drop.where(_done))


@listen(LabelSubmitted)
def leave_queue(tx: Connection, event: LabelSubmitted, project: Project) -> None:
    """An item with all its labels is in no ranking any more, so that the head stays the head. Where more are asked for
    while the answer is not certain, that is decided before, in `quality`; when, by the next ranking."""
    if event.value is not None and event.kind == "person" and project.has_blind:
        blind_items.DROP(tx, item=event.item_id)
    if event.value is not None and event.needed == 0:
        settings = project.settings
        one_by_one = not settings.several or settings.most_labels is not None
        (DROP_ENTRIES if one_by_one else DROP_IF_DONE)(tx, item=event.item_id)


@listen(LabelsImported)
def leave_queue_together(tx: Connection, event: LabelsImported, project: Project) -> None:
    if event.others:
        done = sa.select(items.c.id).where(items.c.id.in_(event.others), items.c.needed == 0)
        tx.execute(sa.delete(queue_entries).where(queue_entries.c.item_id.in_(done)))


@listen(ItemsRemoved)
def leave_queue_for_good(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    for table in (queue_entries, leases):
        tx.execute(sa.delete(table).where(table.c.item_id.in_(event.item_ids)))


@listen(MemberLeft)
def give_back(tx: Connection, event: MemberLeft, project: Project) -> None:
    """What somebody held who leaves goes to others at once."""
    held = (leases.c.project_id == event.project_id, leases.c.labeler_id == event.user_id)
    tx.execute(sa.delete(leases).where(*held))


@listen(UserDeactivated)
def give_back_everywhere(tx: Connection, event: UserDeactivated, _: Any) -> None:
    tx.execute(sa.delete(leases).where(leases.c.labeler_id == event.user_id))


def end_lease(tx: Connection, member: Member, key: str) -> Any:
    """Give the item back; returns the lease's row, or None when the labeler did not hold it."""
    return END_LEASE.one(tx, project=member.project.id, labeler=member.user_id, key=key)


def _source(member: Member, lease: Any) -> str:
    if member.caller.kind == "simulated":
        return "simulated"
    return "queue" if lease is not None else "api"


def _and_next(tx: Connection, member: Member, n: int) -> dict[str, Any]:
    if n == 0:
        return {}
    try:
        require_acknowledged(tx, member)
    except GuidelineNotAcknowledged as needed:
        return {"items": [], "acknowledge": needed.extra["guideline_version"]}
    try:
        return _lent(tx, member, n)
    except (TrainingNotPassed, LabelerPaused) as problem:
        return {"items": [], "stopped": problem.detail}


def _lent(tx: Connection, member: Member, n: int) -> dict[str, Any]:
    """As many items as the labeler's terms allow, or why there is none.

    Raises `TrainingNotPassed` or `LabelerPaused` for who gets nothing."""
    limits = limits_of(tx, member.project, member.user_id)
    if limits.left == 0:
        return {"items": [], "limit": limits.why}
    most = n if limits.left is None else min(n, limits.left)
    items, training = trainees.lend(tx, member, most, limits.skilled, limits.only_assigned)
    limit = None
    if not items and training is None:
        limit = ASSIGNED if limits.only_assigned else SKILLS if limits.skilled is not None else None
    return {"items": items, "training": training, "limit": limit}


def label(tx: Connection, member: Member, body: LabelAndNext) -> tuple[LabelAnswer, bool]:
    """Returns the answer and whether it was given before (the same idempotency key)."""
    lease = end_lease(tx, member, body.item_key)
    answered, told = trainees.record(tx, member, body, _source(member, lease), lease)
    if body.hard is not None and not answered.repeated:
        flag = FlagIn(
            item_key=body.item_key,
            reason=body.hard.reason,
            note=body.hard.note,
            guideline_version=body.guideline_version,
        )
        hard.flag_with_label(tx, member, flag, answered.label.id)
    said = {name: one for name, one in vars(told).items() if one is not None}
    return LabelAnswer(label=answered.label, **{**_and_next(tx, member, body.next), **said}), answered.repeated


def label_many(tx: Connection, member: Member, bodies: list[LabelIn]) -> list[LabelOut]:
    """All of them or none: the first that is not acceptable refuses the list."""
    made = []
    for body in bodies:
        lease = end_lease(tx, member, body.item_key)
        answered, _ = trainees.record(tx, member, body, _source(member, lease), lease)
        made.append(answered.label)
    return made


def skip(tx: Connection, member: Member, body: SkipIn) -> tuple[SkipAnswer, bool]:
    end_lease(tx, member, body.item_key)
    done = hard.skip(tx, member, body)
    return SkipAnswer(skip=done.row, **_and_next(tx, member, body.next)), done.repeated


def flag(tx: Connection, member: Member, body: FlagIn) -> tuple[FlagAnswer, bool]:
    end_lease(tx, member, body.item_key)
    done = hard.flag(tx, member, body)
    return FlagAnswer(flag=done.row, **_and_next(tx, member, body.next)), done.repeated


def undo_label(tx: Connection, member: Member, label_id: int) -> UndoneLabel:
    """Take a label back; the item is lent to the labeler again."""
    trainees.refuse_undo(tx, member, label_id)
    done = take_back(tx, member, label_id)
    mine = sa.update(flags).where(flags.c.label_id == label_id, flags.c.undone_at.is_(None))
    tx.execute(mine.values(undone_at=done.label.created_at))
    return UndoneLabel(label=done.label, item=lend_again(tx, member, done.item_id, done.pick))


def undo_skip(tx: Connection, member: Member, skip_id: int) -> Undone:
    return Undone(item=lend_again(tx, member, hard.undo(tx, member, skips, skip_id)))


def undo_flag(tx: Connection, member: Member, flag_id: int) -> Undone:
    return Undone(item=lend_again(tx, member, hard.undo(tx, member, flags, flag_id)))


def next_(tx: Connection, member: Member, n: int, keep: list[str] | None = None) -> NextOut:
    """keep: the held items that stay; None: all of them."""
    version = require_acknowledged(tx, member)
    lock(tx, f"next {member.project.id}", member.user_id)  # asking twice at once is asking once
    if keep is not None:
        give_back_others(tx, member, keep)
    return NextOut(**_lent(tx, member, n), guideline_version=version, remaining=0)
