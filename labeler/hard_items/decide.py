"""One decision about several hard items: labels of the one who decides, an answer to all who flagged, in one step.

The labels count at once, as the label of a single decision does: they are a person's own, who answers for them, and
items that wait twice would keep labelers waiting. They are marked in the history, and what others say of a sample,
who do not know the answer, is shown with its interval, so that a decision that does not hold is seen and undone. Items
of the holdout get no label with others: models are judged on what people say of each of them.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.auth import acting_as
from labeler.campaigns.direct import prepare
from labeler.campaigns.select import who_can
from labeler.campaigns.service import CHECK, close, find
from labeler.hard_items.asking import CHECK_KIND, IS_OPEN
from labeler.hard_items.decisions import get, row_of
from labeler.hard_items.tables import hard_decisions, hard_labels
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import enqueue
from labeler.labels.flags import propose, reopen_all, resolve_all
from labeler.labels.submit import submit, take_back
from labeler.labels.tables import current_labels, flags, labels
from labeler.projects.access import Member, Project, find_project
from labeler.wire.hard_items import CHECK_SHARE, LEAST_CHECK, HardDecision, HardDecisionIn
from labeler.wire.labels import LabelIn

BY = "hard_items"
SOURCE = "resolution"
HOLDOUT = "holdout"


def decide(tx: Connection, member: Member, body: HardDecisionIn) -> HardDecision:
    """All of it or nothing. Raises `Conflict` where nothing is left to decide, or nobody can be asked, and `Invalid`
    for a value that the schema does not have."""
    lock(tx, "hard-items", member.project.id)
    project = find_project(tx, member.project.id)
    keys = list(dict.fromkeys(body.keys))
    rows = [row for row in _hard(tx, project.id, keys) if body.value is None or row.split != HOLDOUT]
    if not rows:
        raise Conflict(
            "Nothing is left to decide together: these items have no open flag, or are in the holdout, where each is "
            "decided by itself."
        )
    decision_id = _insert(tx, project, member, body, len(rows))
    closed = resolve_all(tx, member, [row.id for row in rows], body.note, decision_id)
    sample: dict[int, list[int]] = {}
    if body.value is not None:
        wanted = _wanted(body, len(rows))
        sample = _sample(tx, project, member.user_id, closed, decision_id, wanted) if wanted else {}
        _label(tx, member, rows, body.value, decision_id, sample)
    example = next((row.content for row in rows if row.key == body.example), None)
    propose(tx, member, body.value, body.rule, example)
    campaign_id = _begin_check(tx, project, member, body.value, decision_id) if sample else None
    mine = sa.update(hard_decisions).where(hard_decisions.c.id == decision_id)
    state = "checking" if sample else "unchecked"
    tx.execute(mine.values(flags=len(closed), check=len(sample), campaign_id=campaign_id, state=state))
    told = {"decision": decision_id, "items": len(rows), "flags": len(closed), "value": body.value, "note": body.note}
    audit(tx, member.caller, "hard_items.decided", project_id=project.id, target=project.slug, **told)
    decided = get(tx, project, decision_id)
    return decided.model_copy(update={"left_out": len(keys) - len(rows)})


def _hard(tx: Connection, project_id: int, keys: Sequence[str]) -> list[Any]:
    """The items with an open flag, in the order of the keys."""
    waits = sa.exists(sa.select(sa.literal(1)).where(flags.c.item_id == items.c.id, IS_OPEN))
    found = sa.select(items.c.id, items.c.key, items.c.content, items.c.split)
    rows = {row.key: row for row in tx.execute(found.where(present(project_id), items.c.key.in_(keys), waits))}
    return [rows[key] for key in keys if key in rows]


def _insert(tx: Connection, project: Project, member: Member, body: HardDecisionIn, number: int) -> int:
    row = {
        "project_id": project.id,
        "value": body.value,
        "schema_version": project.schema_version,
        "note": body.note,
        "rule": body.rule.strip(),
        "items": number,
        "flags": 0,
        "check": 0,
        "state": "unchecked",
        "created_by": member.user_id,
        "created_at": clock(),
    }
    return int(tx.execute(sa.insert(hard_decisions).values(row).returning(hard_decisions.c.id)).scalar_one())


def _wanted(body: HardDecisionIn, number: int) -> int:
    return max(LEAST_CHECK, math.ceil(CHECK_SHARE * number)) if body.check is None else body.check


def _sample(
    tx: Connection, project: Project, by: int, closed: Sequence[Any], decision_id: int, wanted: int
) -> dict[int, list[int]]:
    """Items that others are asked for, drawn at random, with those who are not asked: who decided, and who flagged any
    of the items and is told the decision. Where everybody has flagged one, only those who flagged the very item."""
    flaggers: dict[int, set[int]] = defaultdict(set)
    for row in closed:
        flaggers[row.item_id].add(row.labeler_id)
    told = set().union(*flaggers.values()) | {by}
    people = {one.id for one in who_can(tx, project)}
    labeled: dict[int, set[int]] = defaultdict(set)
    given = sa.select(current_labels.c.item_id, current_labels.c.labeler_id)
    for row in tx.execute(given.where(current_labels.c.item_id.in_(list(flaggers)))):
        labeled[row.item_id].add(row.labeler_id)
    not_asked = {item: told if people - told else flaggers[item] | {by} for item in sorted(flaggers)}
    askable = [item for item, known in not_asked.items() if people - known - labeled[item]]
    if not askable:
        raise Conflict(
            "Nobody can be asked who does not know the answer: all who label have flagged or labeled these items. "
            "Decide without a check (0), or add somebody first."
        )
    rng = np.random.default_rng([project.settings.seed, decision_id])
    chosen = [askable[place] for place in rng.permutation(len(askable))[:wanted].tolist()]
    return {item: sorted(not_asked[item]) for item in chosen}


def _label(
    tx: Connection, member: Member, rows: Sequence[Any], value: Any, decision_id: int, sample: Mapping[int, list[int]]
) -> None:
    pick = {"by": BY, "decision": decision_id}
    made = []
    for row in rows:
        label = submit(tx, member, LabelIn(item_key=row.key, value=value), SOURCE, pick=pick).label
        one = {"decision_id": decision_id, "item_id": row.id, "label_id": label.id}
        made.append({**one, "not_asked": sample.get(row.id)})
    tx.execute(sa.insert(hard_labels), made)


def _begin_check(tx: Connection, project: Project, member: Member, value: Any, decision_id: int) -> int:
    """It is asked by a job, once all processes know that somebody is asked again."""
    shown = project.task.text(value, project.schema)[:180]
    campaign_id = prepare(tx, project, member.user_id, f"Check: {shown}", CHECK)
    lane = f"hard-check:{decision_id}"
    args = {"decision": decision_id, "campaign": campaign_id}
    enqueue(tx, CHECK_KIND, args, project_id=project.id, lane=lane, created_by=member.user_id)
    return campaign_id


def undo(tx: Connection, member: Member, decision_id: int) -> HardDecision:
    """Its labels are superseded by what the person said before, or by none; its flags are open again. What was labeled
    or decided once more since stays. Raises `NotFound`, `Conflict` when it was undone."""
    lock(tx, "hard-items", member.project.id)
    project = find_project(tx, member.project.id)
    before, row = get(tx, project, decision_id), row_of(tx, project.id, decision_id)
    mine = sa.update(hard_decisions).where(hard_decisions.c.id == decision_id, hard_decisions.c.state != "undone")
    done = {"state": "undone", "undone_at": clock(), "checked": before.checked, "confirmed": before.confirmed}
    if tx.execute(mine.values(done)).rowcount == 0:
        raise Conflict(f"Decision {decision_id} was undone already.")
    if row.campaign_id is not None:
        close(tx, project, find(tx, project.id, row.campaign_id), "cancelled", member.user_id)
    author = Member(acting_as(tx, row.created_by), project, "manager")
    taken = [_as_before(tx, author, project, label) for label in _in_force(tx, decision_id)]
    reopened = reopen_all(tx, project.id, decision_id)
    told = {"decision": decision_id, "labels": len(taken), "flags": reopened}
    audit(tx, member.caller, "hard_items.undone", project_id=project.id, target=project.slug, **told)
    return get(tx, project, decision_id)


def _in_force(tx: Connection, decision_id: int) -> list[Any]:
    """Its labels that were not corrected since, with what the person had said before."""
    earlier = labels.alias()
    statement = (
        sa.select(labels.c.id, items.c.key, earlier.c.value, earlier.c.schema_version)
        .join(hard_labels, hard_labels.c.label_id == labels.c.id)
        .join(
            current_labels,
            sa.and_(current_labels.c.item_id == labels.c.item_id, current_labels.c.label_id == labels.c.id),
        )
        .join(items, items.c.id == labels.c.item_id)
        .outerjoin(earlier, earlier.c.id == labels.c.supersedes)
        .where(hard_labels.c.decision_id == decision_id, items.c.removed_at.is_(None))
        .order_by(labels.c.id)
    )
    return list(tx.execute(statement))


def _as_before(tx: Connection, author: Member, project: Project, label: Any) -> int:
    earlier = None if label.value is None else project.read(label.value, label.schema_version)
    if earlier is None:
        return take_back(tx, author, label.id).label.id
    return submit(tx, author, LabelIn(item_key=label.key, value=earlier), SOURCE).label.id
