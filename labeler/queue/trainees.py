"""What people in training get, and what they are told; who is held or paused gets nothing, and gives back what they
hold. Others only where the project has to do with it (`labeler.standings`)."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items, present
from labeler.kit.compiled import CompiledStatement
from labeler.kit.errors import Conflict
from labeler.kit.events import listen
from labeler.labels.submit import Answered, submit
from labeler.labels.tables import aside, labels
from labeler.projects.access import TRAINING, Member, Project
from labeler.queue.campaign_items import suggests_itself
from labeler.queue.gold_items import PICK as GOLD_PICK
from labeler.queue.leases import held_by, lend_known, next_items
from labeler.queue.tables import leases
from labeler.standings import gold_rule, training
from labeler.standings.changes import LabelerStanding
from labeler.standings.finding import find, find_locked, is_asked_for, is_spared, why_nothing
from labeler.standings.tables import PASSED
from labeler.standings.tables import TRAINING as IN_TRAINING
from labeler.wire.labels import LabelIn
from labeler.wire.queue import QueueItem
from labeler.wire.standings import TrainingProgress

PICK = {"by": TRAINING}
ITEM = CompiledStatement(sa.select(items.c.id).where(present(bindparam("project")), items.c.key == bindparam("key")))
KNOWN = "You were told what is right of this item: your first answer stays."


@listen(LabelerStanding)
def give_back(tx: Connection, event: LabelerStanding, _: Project) -> None:
    """What somebody holds goes to others, unless they go on with it."""
    if event.state != PASSED:
        mine = (leases.c.project_id == event.project_id, leases.c.labeler_id == event.labeler_id)
        tx.execute(sa.delete(leases).where(*mine))


def lend(
    tx: Connection, member: Member, n: int, skilled: dict[str, Any] | None = None, only_assigned: bool = False
) -> tuple[list[QueueItem], TrainingProgress | None]:
    """What somebody holds afterwards: of their training, or of the queue. skilled, only_assigned: as of `next_items`.

    Raises `TrainingNotPassed` or `LabelerPaused` for who gets nothing."""
    row = training.turn(tx, member)
    if row is None:
        return next_items(tx, member, n, skilled, only_assigned), None
    still = training.left(tx, member.project, row)
    return _lend(tx, member, still, n), training.progress(member.project, row, still)


def _lend(tx: Connection, member: Member, still: list[int], n: int) -> list[QueueItem]:
    """In the order that was drawn; what was put aside comes last."""
    wanted = set(still)
    held = [(item_id, item) for item_id, item in held_by(tx, member) if item_id in wanted][:n]
    free = [item_id for item_id in still if item_id not in {one for one, _ in held}]
    put_aside = sa.select(aside.c.item_id).where(aside.c.labeler_id == member.user_id, aside.c.item_id.in_(free))
    later = set(tx.execute(put_aside).scalars()) if free else set()
    chosen = sorted(free, key=later.__contains__)[: n - len(held)]
    rows = {row.id: row for row in tx.execute(sa.select(items).where(items.c.id.in_(chosen)))} if chosen else {}
    lent = lend_known(tx, member, [rows[one] for one in chosen], PICK, len(held))
    found = [item for _, item in held] + lent
    for item in found:
        item.training = True
    return found


def record(tx: Connection, member: Member, body: LabelIn, source: str, lease: Any) -> tuple[Answered, training.Told]:
    """One label, of somebody in training or not.

    Raises what `submit` raises, and `Conflict` for another answer on an item whose right answer they know."""
    shown, pick, draw = (None,) * 3 if lease is None else (lease.suggestion, lease.pick, lease.suggestion_draw)
    row: Any = find(tx, member) if is_asked_for(member.project) and not is_spared(member) else None
    if row is not None and row.state == IN_TRAINING:
        row = find_locked(tx, member)
    was_trained = row is not None and (row.told or row.state == IN_TRAINING) and not suggests_itself(pick)
    item = ITEM.one(tx, project=member.project.id, key=body.item_key) if was_trained else None
    if item is not None and item.id in row.told:
        answered = submit(tx, member, body, source, shown, pick, draw)
        if not answered.repeated:
            raise Conflict(KNOWN)
        return answered, training.again(tx, member.project, row, item.id, answered.label.value)
    if item is not None and row.state == IN_TRAINING and item.id in row.asked:
        answered = submit(tx, member, body, TRAINING, pick=PICK)
        return answered, training.judge(tx, member.project, row, item.id, answered.label.value)
    answered = submit(tx, member, body, source, shown, pick, draw)
    stopped = None
    if pick is not None and pick.get("by") == GOLD_PICK["by"] and not answered.repeated:
        stopped = gold_rule.look(tx, member)
    if stopped is None and row is not None and (problem := why_nothing(tx, member.project, row)) is not None:
        stopped = problem.detail
    return answered, training.Told(stopped=stopped)


def refuse_undo(tx: Connection, member: Member, label_id: int) -> None:
    """Raises `Conflict` where the labeler was told what is right."""
    if not is_asked_for(member.project):
        return
    row = find(tx, member)
    if row is None:
        return
    mine = sa.select(labels.c.item_id).where(labels.c.id == label_id, labels.c.labeler_id == member.user_id)
    if tx.execute(mine).scalar() in row.told:
        raise Conflict(KNOWN)
