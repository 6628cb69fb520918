"""Reviewing answers: the least certain first, decided once; or asked again of who said it, or of somebody else."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import members, users
from labeler.campaigns.one_item import ask_no_more, ask_one
from labeler.campaigns.service import OPEN, REVIEW
from labeler.campaigns.tables import campaigns
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.events import Event, emit
from labeler.labels.tables import current_labels
from labeler.labels.values import check_value
from labeler.projects.access import Member, Project, find_project
from labeler.quality.gold import decide, undecide
from labeler.quality.known import GOLD
from labeler.quality.tables import answers
from labeler.queue.tables import campaign_items
from labeler.reviews.tables import reviews
from labeler.wire.labels import LabelerOut
from labeler.wire.reviews import ReviewIn, ReviewOut, ReviewQueue, ToReview

MOST_COUNTED = 10_000
TOLD = [name for name in ToReview.model_fields if name != "item_key"]
asked = users.alias("asked")


@dataclass(frozen=True)
class AnswerReviewed(Event):
    """A reviewer decided about an answer, or asks for it again. action: keep, fix, return, reassign."""

    name: ClassVar[str] = "answer.reviewed"
    project_id: int
    item_id: int
    action: str
    by: int


def _waiting(project_id: int) -> Any:
    """Ids of the items of which a review asks somebody again."""
    return (
        sa.select(campaign_items.c.item_id)
        .join(campaigns, campaigns.c.id == campaign_items.c.campaign_id)
        .where(
            campaigns.c.project_id == project_id,
            campaigns.c.kind == REVIEW,
            campaigns.c.state.in_(OPEN),
            campaign_items.c.open,
        )
    )


def to_review(tx: Connection, project: Project, most: int) -> ReviewQueue:
    """Answers that people do not agree on, that nobody has decided, and of which nobody is asked again."""
    wanted = (
        sa.select(answers, items.c.key)
        .join(items, items.c.id == answers.c.item_id)
        .where(
            answers.c.project_id == project.id,
            answers.c.agreement < 1,
            answers.c.method != GOLD,
            items.c.removed_at.is_(None),
            answers.c.item_id.not_in(_waiting(project.id)),
        )
    )
    rows = tx.execute(wanted.order_by(answers.c.confidence, answers.c.item_id).limit(most)).all()
    some = wanted.with_only_columns(answers.c.item_id).limit(MOST_COUNTED).subquery()
    waiting = sa.select(sa.func.count()).select_from(_waiting(project.id).subquery())
    decided = sa.select(sa.func.count(sa.distinct(reviews.c.item_id))).where(
        reviews.c.project_id == project.id, reviews.c.action.in_(("keep", "fix")), reviews.c.undone_at.is_(None)
    )
    return ReviewQueue(
        items=[
            ToReview(
                item_key=row.key, **{name: row._mapping[name] for name in ToReview.model_fields if name != "item_key"}
            )
            for row in rows
        ],
        open=int(tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one()),
        waiting=int(tx.execute(waiting).scalar_one()),
        decided=int(tx.execute(decided).scalar_one()),
    )


def review(tx: Connection, member: Member, body: ReviewIn) -> ReviewOut:
    """Raises `NotFound`, `Invalid` for a value or person that does not fit, `Conflict` where there is no answer."""
    project = find_project(tx, member.project.id)
    found = sa.select(items.c.id).where(present(project.id), items.c.key == body.item_key)
    item_id = tx.execute(found.with_for_update()).scalar()
    if item_id is None:
        raise NotFound(f'There is no item with key "{body.item_key}" in this project.')
    value, version, campaign_id = None, project.schema_version, None
    if body.action in ("keep", "fix"):
        value, version = _decided(tx, project, item_id, body)
        decide(tx, project, item_id, value, version, body.note, member.user_id)
    else:
        campaign_id = _ask(tx, project, item_id, member.user_id, body)
    row = {
        "project_id": project.id,
        "item_id": item_id,
        "action": body.action,
        "value": value,
        "schema_version": version,
        "note": body.note,
        "asked": body.to,
        "campaign_id": campaign_id,
        "created_by": member.user_id,
        "created_at": clock(),
    }
    review_id = tx.execute(sa.insert(reviews).values(row).returning(reviews.c.id)).scalar_one()
    audit(tx, member.caller, "answer.reviewed", project_id=project.id, target=body.item_key, decision=body.action)
    emit(tx, AnswerReviewed(project.id, item_id, body.action, member.user_id), project)
    return get(tx, project, int(review_id))


def _decided(tx: Connection, project: Project, item_id: int, body: ReviewIn) -> tuple[Any, int]:
    if body.action == "fix":
        return check_value(tx, project, item_id, body.value, None)
    answer = tx.execute(sa.select(answers.c.value).where(answers.c.item_id == item_id)).first()
    if answer is None:
        raise Conflict("This item has no answer yet that could be kept.")
    return answer.value, project.schema_version


def _ask(tx: Connection, project: Project, item_id: int, by: int, body: ReviewIn) -> int:
    labeled = set(
        tx.execute(sa.select(current_labels.c.labeler_id).where(current_labels.c.item_id == item_id)).scalars()
    )
    if item_id in set(tx.execute(_waiting(project.id).where(campaign_items.c.item_id == item_id)).scalars()):
        raise Conflict("Somebody is asked for this item again already. Wait for the answer, or take that back first.")
    can = (
        sa.select(users.c.id)
        .join(members, members.c.user_id == users.c.id)
        .where(
            members.c.project_id == project.id,
            members.c.role != "reader",
            users.c.active,
            users.c.kind.in_(("person", "simulated")),
        )
    )
    people = set(tx.execute(can).scalars())
    if body.to is not None and body.to not in people:
        raise Invalid("Who is asked must be a member who labels.", errors=[{"pointer": "/to", "detail": "no labeler"}])
    if body.action == "return":
        if body.to not in labeled:
            raise Invalid("This person has no label on the item.", errors=[{"pointer": "/to", "detail": "no label"}])
        return ask_one(tx, project, item_id, by=by, people=[int(body.to or 0)], note=body.note)
    if body.to is not None:
        return ask_one(tx, project, item_id, by=by, people=[body.to], note=body.note)
    if not people - labeled:
        raise Conflict("Everybody has labeled this item. Return it to one of them, or decide.")
    return ask_one(tx, project, item_id, by=by, people=None, not_people=sorted(labeled), note=body.note)


def undo(tx: Connection, member: Member, review_id: int) -> ReviewOut:
    """What was decided is open again; nobody is asked any more. Raises `NotFound`, `Conflict` when it was undone."""
    project = find_project(tx, member.project.id)
    row = tx.execute(_select(project.id).where(reviews.c.id == review_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no review {review_id} in this project.")
    mine = sa.update(reviews).where(reviews.c.id == review_id, reviews.c.undone_at.is_(None))
    if tx.execute(mine.values(undone_at=clock())).rowcount == 0:
        raise Conflict("This review was undone already.")
    if row.campaign_id is not None:
        ask_no_more(tx, project, row.campaign_id, member.user_id)
    else:
        later = sa.select(reviews.c.id).where(
            reviews.c.item_id == row.item_id, reviews.c.id > review_id, reviews.c.action.in_(("keep", "fix"))
        )
        if tx.execute(later.where(reviews.c.undone_at.is_(None))).first() is not None:
            raise Conflict("The answer was decided once more since. Undo that first.")
        undecide(tx, project, row.item_id)
    audit(tx, member.caller, "review.undone", project_id=project.id, target=row.key, decision=row.action)
    return get(tx, project, review_id)


def _select(project_id: int) -> Any:
    return (
        sa.select(
            reviews,
            items.c.key,
            items.c.content,
            users.c.name,
            users.c.kind,
            asked.c.name.label("asked_name"),
            asked.c.kind.label("asked_kind"),
            campaigns.c.state.label("asking"),
        )
        .join(items, items.c.id == reviews.c.item_id)
        .join(users, users.c.id == reviews.c.created_by)
        .outerjoin(asked, asked.c.id == reviews.c.asked)
        .outerjoin(campaigns, campaigns.c.id == reviews.c.campaign_id)
        .where(reviews.c.project_id == project_id)
    )


def get(tx: Connection, project: Project, review_id: int) -> ReviewOut:
    return _out(project, tx.execute(_select(project.id).where(reviews.c.id == review_id)).one())


def list_reviews(tx: Connection, project: Project, before: int | None, limit: int) -> list[ReviewOut]:
    """Newest first."""
    statement = _select(project.id).order_by(reviews.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(reviews.c.id < before)
    return [_out(project, row) for row in tx.execute(statement)]


def _out(project: Project, row: Any) -> ReviewOut:
    if row.undone_at is not None:
        state = "undone"
    elif row.campaign_id is None:
        state = "decided"
    else:
        state = "waiting" if row.asking in OPEN else "answered"
    return ReviewOut(
        id=row.id,
        item_key=row.key,
        content=row.content,
        action=row.action,
        value=None if row.value is None else project.read(row.value, row.schema_version),
        note=row.note,
        to=None
        if row.asked is None
        else LabelerOut(id=row.asked, name=row.asked_name or "", kind=row.asked_kind or ""),
        by=LabelerOut(id=row.created_by, name=row.name, kind=row.kind),
        created_at=row.created_at,
        state=state,
    )
