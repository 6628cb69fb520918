"""What happens to a campaign while it runs: labels answer it, undone ones open it again, people and items leave."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.accounts.tables import members
from labeler.accounts.users import UserDeactivated
from labeler.campaigns.service import OPEN, close
from labeler.campaigns.tables import campaigns
from labeler.items.remove import ItemsRemoved
from labeler.items.tables import items
from labeler.kit.columns import among, clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.events import listen
from labeler.kit.jobs.registry import every
from labeler.labels.submit import LabelSubmitted
from labeler.labels.tables import current_labels, labels
from labeler.projects.access import Project, find_project
from labeler.projects.members import MemberLeft
from labeler.queue.campaign_items import allowed
from labeler.queue.tables import campaign_groups, campaign_items

one = campaign_items.c
_labeler: Any = bindparam("labeler")
_theirs = sa.select(campaign_groups.c.id).where(allowed(_labeler), sa.not_(campaign_groups.c.assigned))
_running = sa.select(campaign_groups.c.id).where(
    campaign_groups.c.project_id == bindparam("project"), campaign_groups.c.active
)
_anybodys = _running.where(campaign_groups.c.by_anybody)
_needs_no_more = sa.exists(
    sa.select(sa.literal(1)).where(items.c.id == bindparam("item"), items.c.needed == sa.literal_column("0"))
)
_assigned = _running.where(campaign_groups.c.assigned)
_their_label = sa.exists(
    sa.select(sa.literal(1)).where(
        current_labels.c.item_id == bindparam("item"), current_labels.c.labeler_id == members.c.user_id
    )
)
# Somebody to whom the item is assigned and who has not labeled it.
_somebody_left = sa.exists(
    sa.select(sa.literal(1))
    .select_from(members.join(campaign_groups, campaign_groups.c.project_id == members.c.project_id))
    .where(
        members.c.project_id == bindparam("project"),
        campaign_groups.c.id == one.group_id,
        among(members.c.user_id, campaign_groups.c.people),
        sa.not_(_their_label.correlate(members)),
    )
    .correlate(campaign_items)
)
_is_settled = sa.or_(_needs_no_more, sa.not_(_somebody_left))
# A label of somebody who is asked; a correction of an answer is the answer. Of a split anybody's label may do, once the
# item has as many as it needs; of an assignment, too, and once all of these people have labeled it.
ANSWER = CompiledStatement(
    sa.update(campaign_items)
    .where(
        one.item_id == bindparam("item"),
        sa.or_(
            sa.and_(
                one.open,
                sa.or_(
                    one.group_id.in_(_theirs),
                    sa.and_(one.group_id.in_(_anybodys), _needs_no_more),
                    sa.and_(one.group_id.in_(_assigned), _is_settled),
                ),
            ),
            sa.and_(one.answered_by == _labeler, one.group_id.in_(_running)),
        ),
    )
    .values(open=sa.false(), label_id=bindparam("label"), answered_by=_labeler, answered_at=clock())
    .returning(one.campaign_id)
)
REOPEN = CompiledStatement(
    sa.update(campaign_items)
    .where(
        one.item_id == bindparam("item"),
        sa.or_(
            sa.and_(one.answered_by == _labeler, one.group_id.in_(_running)),
            sa.and_(one.answered_at.is_not(None), one.group_id.in_(_assigned), sa.not_(_needs_no_more)),
        ),
    )
    .values(open=sa.true(), label_id=None, answered_by=None, answered_at=None)
)


def _is_open(campaign: Any) -> Any:
    """campaign: the id, a column of `campaigns`: two levels up, which SQLAlchemy has to be told."""
    groups = sa.select(campaign_groups.c.id).where(campaign_groups.c.campaign_id == campaign).correlate(campaigns)
    return sa.exists(sa.select(sa.literal(1)).where(one.open, one.group_id.in_(groups)))


DONE = CompiledStatement(
    sa.select(campaigns.c.id, campaigns.c.name, campaigns.c.kind).where(
        campaigns.c.id == bindparam("campaign"), campaigns.c.state == "running", sa.not_(_is_open(campaigns.c.id))
    )
)


@listen(LabelSubmitted)
def answer(tx: Connection, event: LabelSubmitted, project: Project) -> None:
    if not project.asks_again:
        return
    known = {"project": event.project_id, "item": event.item_id, "labeler": event.labeler_id}
    if event.value is None:
        REOPEN(tx, **known)
        return
    for campaign in {row.campaign_id for row in ANSWER(tx, **known, label=event.label_id)}:
        end_when_done(tx, project, campaign)


def settle_since(tx: Connection, project: Project, label_id: int) -> None:
    """Labels in force that came after this one answer the campaigns that run, as if they had come just now."""
    since = (
        sa.select(labels.c.id, labels.c.item_id, labels.c.labeler_id)
        .join(
            current_labels,  # by its key: of a label alone it has no index
            sa.and_(
                current_labels.c.item_id == labels.c.item_id,
                current_labels.c.labeler_id == labels.c.labeler_id,
                current_labels.c.label_id == labels.c.id,
            ),
        )
        .where(labels.c.project_id == project.id, labels.c.id > label_id)
    )
    done = set()
    for row in tx.execute(since.order_by(labels.c.id)).all():
        known = {"project": project.id, "item": row.item_id, "labeler": row.labeler_id, "label": row.id}
        done |= {found.campaign_id for found in ANSWER(tx, **known)}
    for campaign in done:
        end_when_done(tx, project, campaign)


def end_when_done(tx: Connection, project: Project, campaign_id: int) -> None:
    row = DONE.one(tx, campaign=campaign_id)
    if row is not None:
        close(tx, project, row, "ended", None)


@listen(ItemsRemoved)
def drop_items(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    gone = sa.update(campaign_items).where(one.item_id.in_(event.item_ids), one.open).values(open=False)
    for campaign in set(tx.execute(gone.returning(one.campaign_id)).scalars()):
        end_when_done(tx, project, campaign)


@listen(MemberLeft)
def ask_others(tx: Connection, event: MemberLeft, project: Project) -> None:
    _ask_others(tx, event.user_id, campaign_groups.c.project_id == event.project_id)


@listen(UserDeactivated)
def ask_others_everywhere(tx: Connection, event: UserDeactivated, _: Any) -> None:
    _ask_others(tx, event.user_id, sa.true())


def _ask_others(tx: Connection, user_id: int, where: Any) -> None:
    """What only they were asked is asked of everybody else; what they labeled before was theirs. What was assigned to
    nobody else is assigned no more."""
    groups = sa.select(campaign_groups).where(where, campaign_groups.c.people.is_not(None))
    running = groups.join(campaigns, campaigns.c.id == campaign_groups.c.campaign_id)
    for row in tx.execute(running.where(campaigns.c.state.in_(OPEN))).all():
        if user_id not in row.people:
            continue
        left = [who for who in row.people if who != user_id]
        if row.assigned and not left:
            campaign = tx.execute(sa.select(campaigns).where(campaigns.c.id == row.campaign_id)).one()
            close(tx, find_project(tx, row.project_id), campaign, "ended", None)
            continue
        now = {"people": left or None, "not_people": row.not_people if left else [*row.not_people, user_id]}
        tx.execute(sa.update(campaign_groups).where(campaign_groups.c.id == row.id).values(**now))


@every(60, "campaigns.end")
def end_all_done(tx: Connection) -> None:
    """Where the last two answers came at the same moment, neither saw that all was answered; and assigned items may
    need no more labels for other reasons: an import, a setting."""
    assigned = sa.select(campaign_groups.c.id).where(campaign_groups.c.active, campaign_groups.c.assigned)
    done = sa.select(items.c.id).where(items.c.id == one.item_id, items.c.needed == 0, items.c.removed_at.is_(None))
    settled = sa.update(campaign_items).where(one.open, one.group_id.in_(assigned), sa.exists(done))
    tx.execute(settled.values(open=False, answered_at=clock()))
    for row in tx.execute(
        sa.select(campaigns).where(campaigns.c.state == "running", sa.not_(_is_open(campaigns.c.id)))
    ).all():
        close(tx, find_project(tx, row.project_id), row, "ended", None)
