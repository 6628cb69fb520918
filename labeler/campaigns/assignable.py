"""Which items an assignment takes: those that are meant and need a label, and are not assigned already.

A search or keys leave the holdout out: models are judged on a random sample of it, and what is chosen would come
before the rest of it. A part drawn at random has its share of the holdout.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.service import ASSIGNMENT, OPEN
from labeler.campaigns.tables import campaigns
from labeler.insight.removal import wanted
from labeler.items.tables import items, present
from labeler.projects.access import Project
from labeler.queue.tables import campaign_items
from labeler.wire.assignments import AssignmentIn, AssignmentPlan
from labeler.wire.removal import RemovalIn


def plan(tx: Connection, project: Project, body: AssignmentIn) -> AssignmentPlan:
    """How many items it would be, and why not more."""
    is_open, is_assigned = items.c.needed > 0, _is_assigned(project.id)
    in_holdout = items.c.split == "holdout" if _is_chosen(body) else sa.false()
    reasons = (
        sa.not_(is_open),
        sa.and_(is_open, is_assigned),
        sa.and_(is_open, sa.not_(is_assigned), in_holdout),
    )
    numbers = [sa.func.coalesce(sa.func.sum(sa.case((reason, 1), else_=0)), 0) for reason in reasons]
    counts = [0, 0, 0, 0]
    for statement in _meant(tx, project, body):
        number = sa.select(sa.func.count(), *numbers).where(items.c.id.in_(statement.order_by(None)))
        counts = [before + int(more) for before, more in zip(counts, tx.execute(number).one(), strict=True)]
    found, answered, assigned, holdout = counts
    taken = found - answered - assigned - holdout
    if body.share is not None:
        taken = max(min(1, taken), round(body.share * taken))
    elif body.n is not None:
        taken = min(body.n, taken)
    return AssignmentPlan(found=found, items=taken, answered=answered, assigned=assigned, holdout=holdout)


def in_order(tx: Connection, project: Project, asked: Mapping[str, Any], seed: Sequence[int]) -> list[int]:
    """Ids of all that can be assigned: keys in the order in which they were given, others shuffled by the seed."""
    body = AssignmentIn.model_validate({**asked, "to": asked["to"]})
    found: list[int] = []
    for statement in _meant(tx, project, body):
        free = sa.select(items.c.id, items.c.key).where(
            items.c.id.in_(statement.order_by(None)), items.c.needed > 0, sa.not_(_is_assigned(project.id))
        )
        if _is_chosen(body):
            free = free.where(items.c.split == "train")
        rows = tx.execute(free.order_by(items.c.id)).all()
        if body.keys is not None and body.share is None and body.n is None:
            places = {key: place for place, key in enumerate(body.keys)}
            rows = sorted(rows, key=lambda row: places.get(row.key, 0))
        found += [row.id for row in rows]
    if body.keys is not None and body.share is None and body.n is None:
        return found
    return [found[place] for place in np.random.default_rng(list(seed)).permutation(len(found)).tolist()]


def _is_chosen(body: AssignmentIn) -> bool:
    return body.where is not None or body.keys is not None


def _meant(tx: Connection, project: Project, body: AssignmentIn) -> Iterator[Any]:
    if body.where is not None:
        yield from wanted(tx, project, RemovalIn(search=body.where))
    elif body.keys is not None:
        yield from wanted(tx, project, RemovalIn(keys=body.keys))
    else:
        yield sa.select(items.c.id).where(present(project.id))


def _is_assigned(project_id: int) -> Any:
    running = sa.select(campaigns.c.id).where(
        campaigns.c.project_id == project_id, campaigns.c.kind == ASSIGNMENT, campaigns.c.state.in_(OPEN)
    )
    theirs = sa.select(sa.literal(1)).where(
        campaign_items.c.item_id == items.c.id, campaign_items.c.open, campaign_items.c.campaign_id.in_(running)
    )
    return sa.exists(theirs.correlate(items))
