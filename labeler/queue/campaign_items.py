"""What running campaigns ask somebody again: before everything else, and what they put aside after everything else.

Only projects with a campaign come here (`Project.asks_again`). First the groups of items in which this person is asked
and something is open, then the head of each group's index: what is not for somebody is never looked through.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.items.tables import items
from labeler.kit.columns import among, clock
from labeler.kit.compiled import CompiledStatement
from labeler.labels.tables import aside, current_labels
from labeler.projects.access import Member
from labeler.queue.tables import campaign_groups, campaign_items, leases
from labeler.terms.limits import has_skill

BY, CHECK = "campaign", "bulk_check"
_labeler: Any = bindparam("labeler")
_is_open = campaign_items.c.open


def allowed(labeler: Any) -> sa.ColumnElement[bool]:
    """Groups of campaigns that run, of the parameter `project`, in which this person is asked."""
    groups = campaign_groups.c
    return sa.and_(
        groups.project_id == bindparam("project"),
        groups.active,
        sa.or_(groups.people.is_(None), among(labeler, groups.people)),
        sa.not_(among(labeler, groups.not_people)),
    )


GROUPS = CompiledStatement(
    sa.select(
        campaign_groups.c.id,
        campaign_groups.c.campaign_id,
        campaign_groups.c.blind,
        campaign_groups.c.note,
        campaign_groups.c.is_check,
        campaign_groups.c.people.is_(None).label("anybody"),
        campaign_groups.c.assigned,
    )
    .where(
        allowed(_labeler),
        sa.exists(sa.select(sa.literal(1)).where(campaign_items.c.group_id == campaign_groups.c.id, _is_open)),
    )
    .order_by(campaign_groups.c.campaign_id, campaign_groups.c.id)
)


def _there(table: sa.Table, *conditions: Any) -> Any:
    return sa.exists(sa.select(sa.literal(1)).select_from(table).where(table.c.item_id == items.c.id, *conditions))


def _candidates(anybody: bool, put_aside: bool, locked: bool, skilled: bool) -> CompiledStatement:
    """Open items of a group that nobody holds. anybody: those who labeled one already are passed over; groups leave
    them out, but for the few that share one group."""
    mine_aside = _there(aside, aside.c.labeler_id == _labeler)
    statement = (
        sa.select(
            items.c.id,
            items.c.key,
            items.c.content,
            items.c.metadata,
            sa.literal_column("1", sa.Integer).label("needed"),
            campaign_items.c.was.label("suggestion"),
        )
        .select_from(campaign_items.join(items, items.c.id == campaign_items.c.item_id))
        .where(
            campaign_items.c.group_id == bindparam("group"),
            _is_open,
            items.c.removed_at.is_(None),
            sa.not_(_there(leases, leases.c.expires_at > clock())),
            mine_aside if put_aside else sa.not_(mine_aside),
        )
        .order_by(campaign_items.c.rank)
        .limit(bindparam("most"))
    )
    if skilled:
        statement = statement.where(has_skill)
    if anybody:
        statement = statement.where(sa.not_(_there(current_labels, current_labels.c.labeler_id == _labeler)))
    return CompiledStatement(statement.with_for_update(of=items, skip_locked=True) if locked else statement)


CANDIDATES = {
    (anybody, put_aside, dialect, skilled): _candidates(anybody, put_aside, dialect == "postgresql", skilled)
    for anybody in (True, False)
    for put_aside in (True, False)
    for dialect in ("sqlite", "postgresql")
    for skilled in (True, False)
}
ASKED = CompiledStatement(
    sa.select(sa.literal(1).label("is_asked"))
    .select_from(campaign_items.join(campaign_groups, campaign_groups.c.id == campaign_items.c.group_id))
    .where(
        campaign_items.c.item_id == bindparam("item"),
        _is_open,
        sa.not_(campaign_groups.c.assigned),
        allowed(_labeler),
    )
    .limit(1)
)


def groups_of(tx: Connection, member: Member) -> list[Any]:
    """In which this labeler is asked for something, or gets it first (`assigned`)."""
    if not member.project.asks_again:
        return []
    return GROUPS(tx, project=member.project.id, labeler=member.user_id)


def asked_again(
    tx: Connection,
    member: Member,
    groups: Sequence[Any],
    most: int,
    skilled: dict[str, Any] | None = None,
    *,
    put_aside: bool = False,
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Up to `most` items that campaigns ask this labeler again, each with its pick; `needed` of a row is 1.

    groups: of `groups_of`. What is suggested is the answer before, or, blind, nothing: also a model may only repeat
    what it has learned of this very item.
    """
    if most <= 0:
        return
    left = most
    for group in groups:
        if group.assigned:
            continue
        find = CANDIDATES[group.anybody, put_aside, tx.dialect.name, skilled is not None]
        for row in find(tx, group=group.id, labeler=member.user_id, most=left, **(skilled or {})):
            left -= 1
            before = None if group.blind else {"value": row.suggestion, "proba": {}, "model": None}
            pick = {"by": CHECK if group.is_check else BY, "campaign": group.campaign_id}
            yield row._replace(suggestion=before), pick if group.note is None else {**pick, "note": group.note}
        if left <= 0:
            return


def is_asked(tx: Connection, member: Member, item_id: int) -> bool:
    """Whether a campaign still wants this labeler's answer on an item."""
    known = {"project": member.project.id, "labeler": member.user_id, "item": item_id}
    return member.project.asks_again and ASKED.one(tx, **known) is not None


def note_of(pick: dict[str, Any] | None) -> str | None:
    """What the labeler is told of an item that comes back."""
    return pick.get("note") if pick is not None and pick.get("by") == BY else None


def suggests_itself(pick: dict[str, Any] | None) -> bool:
    """Whether what is suggested comes with the item, or nothing is: a campaign asks for it, or a check."""
    return pick is not None and pick.get("by") in (BY, CHECK)


def campaign_of(pick: dict[str, Any] | None) -> int | None:
    """The campaign that an item comes from, by its pick."""
    return pick.get("campaign") if pick is not None and pick.get("by") == BY else None
