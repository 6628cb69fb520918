"""Campaigns: beginning one, listing them, ending them. What is asked is written by a job (`jobs.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.campaigns.tables import campaigns
from labeler.guidelines.service import published_version
from labeler.kit.columns import clock
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, NotFound
from labeler.kit.events import Event, emit
from labeler.kit.jobs.engine import enqueue
from labeler.labels.queries import newest_label
from labeler.projects.access import Member, Project, find_project, set_asks_again
from labeler.queue.tables import campaign_groups, campaign_items
from labeler.wire.campaigns import CampaignIn, CampaignOut

KIND = "campaigns.start"
CAMPAIGN, REVIEW, CHECK, ASSIGNMENT = "campaign", "review", "check", "assignment"
OPEN = ("starting", "running")
MOST_OPEN = {CAMPAIGN: 20, CHECK: 100, ASSIGNMENT: 100}
"""A check asks for a handful of items, and an assignment few people; each is one more place where what somebody gets
next is looked for."""
ender = users.alias("ender")


@dataclass(frozen=True)
class CampaignStarted(Event):
    """Items are asked again, and all that is asked is known. labels: how many are asked for."""

    name: ClassVar[str] = "campaign.started"
    project_id: int
    campaign: int
    campaign_name: str
    items: int
    labels: int


@dataclass(frozen=True)
class CampaignEnded(Event):
    """Nothing of a campaign is asked any more. state: ended or cancelled; by: who ended it, none: all was answered."""

    name: ClassVar[str] = "campaign.ended"
    project_id: int
    campaign: int
    campaign_name: str
    state: str
    by: int | None


@dataclass(frozen=True)
class AssignmentStarted(Event):
    """Certain people get items first from now on. people: their ids; only: nobody else gets them."""

    name: ClassVar[str] = "assignment.started"
    project_id: int
    assignment: int
    assignment_name: str
    items: int
    people: list[int]
    only: bool


@dataclass(frozen=True)
class AssignmentEnded(Event):
    """Items are assigned to nobody any more. by: who ended it; none: all was answered, or nobody of them is left.
    open: items that still need labels, which everybody gets now."""

    name: ClassVar[str] = "assignment.ended"
    project_id: int
    assignment: int
    assignment_name: str
    open: int
    by: int | None


def begin(tx: Connection, member: Member, body: CampaignIn) -> CampaignOut:
    """What it asks was checked before, outside of the transaction. Raises `Conflict` where too many run."""
    refuse_too_many(tx, member.project.id)
    campaign_id = add(tx, find_project(tx, member.project.id), member.user_id, body)
    audit(tx, member.caller, "campaign.created", project_id=member.project.id, target=body.name, campaign=campaign_id)
    return get(tx, member.project.id, campaign_id)


def refuse_too_many(tx: Connection, project_id: int, kind: str = CAMPAIGN) -> None:
    """Raises `Conflict`. Those of single items are not counted."""
    lock(tx, "campaigns", project_id)
    mine = (campaigns.c.project_id == project_id, campaigns.c.kind == kind, campaigns.c.state.in_(OPEN))
    if tx.execute(sa.select(sa.func.count()).where(*mine)).scalar_one() < MOST_OPEN[kind]:
        return
    if kind == ASSIGNMENT:
        raise Conflict(f"{MOST_OPEN[kind]} assignments run in this project: end one of them first.")
    if kind == CHECK:
        raise Conflict(f"{MOST_OPEN[kind]} checks run in this project: wait for answers, or decide without a check.")
    raise Conflict(f"{MOST_OPEN[kind]} campaigns run in this project: end one of them first.")


def add(tx: Connection, project: Project, user_id: int | None, body: CampaignIn, **more: Any) -> int:
    """Write the campaign and let a job begin it; returns its id. more: further arguments of the job."""
    asked = body.model_dump(mode="json", exclude_none=True, exclude={"name", "dry_run"})
    campaign_id = write(tx, project, user_id, body.name, asked)
    args = {"campaign": campaign_id, "until": newest_label(tx, project.id), **more}
    enqueue(tx, KIND, args, project_id=project.id, lane=f"campaign:{campaign_id}", created_by=user_id)
    return campaign_id


def write(tx: Connection, project: Project, user_id: int | None, name: str, asked: dict[str, Any], **more: Any) -> int:
    """A campaign that asks nothing yet, so that every process hears that there is one; returns its id. asked: what is
    selected and who is asked, as `CampaignIn` says it; more: other columns."""
    row = {
        "project_id": project.id,
        "name": name,
        "asked": asked,
        "state": "starting",
        "guideline_version": published_version(tx, project.id),
        "schema_version": project.schema_version,
        "created_by": user_id,
        "created_at": clock(),
        **more,
    }
    campaign_id = int(tx.execute(sa.insert(campaigns).values(row).returning(campaigns.c.id)).scalar_one())
    set_asks_again(tx, project.id, True)
    return campaign_id


def write_group(
    tx: Connection,
    project_id: int,
    campaign_id: int,
    people: Sequence[int] | None,
    not_people: Sequence[int] = (),
    **more: Any,
) -> int:
    """Who is asked (None: everybody) and who is not, for some of its items; returns the group's id. more: other
    columns."""
    row: dict[str, Any] = {
        "campaign_id": campaign_id,
        "project_id": project_id,
        "people": None if people is None else list(people),
        "not_people": list(not_people),
        "active": True,
        "blind": True,
        "by_anybody": False,
        **more,
    }
    return int(tx.execute(sa.insert(campaign_groups).values(row).returning(campaign_groups.c.id)).scalar_one())


def _select(project_id: int) -> Any:
    return (
        sa.select(campaigns, users.c.name.label("creator"), ender.c.name.label("ender"))
        .outerjoin(users, users.c.id == campaigns.c.created_by)
        .outerjoin(ender, ender.c.id == campaigns.c.ended_by)
        .where(campaigns.c.project_id == project_id)
    )


def find(tx: Connection, project_id: int, campaign_id: int) -> Any:
    """Raises `NotFound`."""
    wanted = _select(project_id).where(campaigns.c.id == campaign_id, campaigns.c.kind != ASSIGNMENT)
    row = tx.execute(wanted).one_or_none()
    if row is None:
        raise NotFound(f"There is no campaign {campaign_id} in this project.")
    return row


def get(tx: Connection, project_id: int, campaign_id: int) -> CampaignOut:
    return _out(tx, [find(tx, project_id, campaign_id)])[0]


def list_campaigns(tx: Connection, project_id: int, before: int | None, limit: int) -> list[CampaignOut]:
    """Newest first."""
    statement = _select(project_id).where(campaigns.c.kind == CAMPAIGN).order_by(campaigns.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(campaigns.c.id < before)
    return _out(tx, tx.execute(statement).all())


def _out(tx: Connection, rows: Sequence[Any]) -> list[CampaignOut]:
    running = {row.id: counted(tx, row.id) for row in rows if row.state == "running"}
    found = []
    for row in rows:
        fields = {name: row._mapping[name] for name in CampaignOut.model_fields if name in row._mapping}
        done, left = running.get(row.id, (row.done or 0, row.left or 0))
        fields |= {
            **{name: row.asked[name] for name in ("select", "to", "blind")},
            "created_by": row.creator,
            "ended_by": row.ender,
            "labels": row.wanted,
            "done": done,
            "left": left,
            "gone": 0 if row.started_at is None else row.wanted - done - left,
        }
        found.append(CampaignOut(**fields))
    return found


def of_campaign(campaign_id: int) -> sa.ColumnElement[bool]:
    """What it asks: found by its groups, as everything there is."""
    groups = sa.select(campaign_groups.c.id).where(campaign_groups.c.campaign_id == campaign_id)
    return campaign_items.c.group_id.in_(groups)


def counted(tx: Connection, campaign_id: int) -> tuple[int, int]:
    """How many labels a campaign has got, and how many are still wanted."""
    one = campaign_items.c
    numbers = sa.select(sa.func.count(one.answered_at), sa.func.sum(sa.case((one.open, 1), else_=0)))
    done, left = tx.execute(numbers.where(of_campaign(campaign_id))).one()
    return int(done), int(left or 0)


def end(tx: Connection, member: Member, campaign_id: int, state: str) -> CampaignOut:
    """Ask nothing more of it; what was answered stays. Raises `Conflict` when it has ended."""
    row = find(tx, member.project.id, campaign_id)
    if not close(tx, member.project, row, state, member.user_id):
        raise Conflict(f"Campaign {campaign_id} has ended already.")
    audit(tx, member.caller, f"campaign.{state}", project_id=row.project_id, target=row.name, campaign=row.id)
    return get(tx, member.project.id, campaign_id)


def close(tx: Connection, project: Project, row: Any, state: str, by: int | None) -> bool:
    """Whether it was open until now. row: with `id`, `name`, `kind`."""
    ended = sa.update(campaigns).where(campaigns.c.id == row.id, campaigns.c.state.in_(OPEN))
    if tx.execute(ended.values(state=state, ended_at=clock(), ended_by=by)).rowcount == 0:
        return False
    done, left = counted(tx, row.id)
    tx.execute(sa.update(campaigns).where(campaigns.c.id == row.id).values(done=done, left=left))
    tx.execute(sa.update(campaign_groups).where(campaign_groups.c.campaign_id == row.id).values(active=False))
    others = sa.exists(
        sa.select(sa.literal(1)).where(campaigns.c.project_id == project.id, campaigns.c.state.in_(OPEN))
    )
    set_asks_again(tx, project.id, others)
    if row.kind == ASSIGNMENT:
        emit(tx, AssignmentEnded(project.id, row.id, row.name, left, by), project)
    else:
        emit(tx, CampaignEnded(project.id, row.id, row.name, state, by), project)
    return True
