"""Likely label errors: asking for a look, listing what it found, sending it back to be labeled again without the
answer."""

from collections.abc import Sequence
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.campaigns import service as campaigns
from labeler.campaigns.plan import plan, refuse_nothing
from labeler.items.tables import items
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.label_errors.asking import want_look
from labeler.label_errors.rechecks import rechecks
from labeler.label_errors.tables import label_error_finds, label_error_rechecks, label_errors
from labeler.projects.access import Member, Project
from labeler.quality.tables import answers
from labeler.wire.campaigns import CampaignIn, CampaignOut, Selection
from labeler.wire.jobs import JobOut
from labeler.wire.label_errors import ErrorKind, LabelErrorOut, LabelErrorPage, Looked, NearItem, RecheckIn

one = label_errors.c


def request_look(tx: Connection, member: Member) -> JobOut:
    job_id = want_look(tx, member.project.id, created_by=member.user_id)
    audit(tx, member.caller, "errors.requested", project_id=member.project.id)
    return job_out(get(tx, job_id))


def list_errors(
    tx: Connection, project: Project, kind: ErrorKind | None, unsent: bool, after: int | None, limit: int
) -> tuple[LabelErrorPage, int | None]:
    """A page of them, worst first, and the rank where the next one starts."""
    statement = _standing(project.id, kind, unsent).order_by(one.rank).limit(limit)
    if after is not None:
        statement = statement.where(one.rank > after)
    rows = tx.execute(statement).all()
    page = LabelErrorPage(items=_out(tx, rows), looked=_looked(tx, project.id), rechecks=rechecks(tx, project))
    return page, rows[-1].rank if len(rows) == limit else None


def _standing(project_id: int, kind: ErrorKind | None, unsent: bool) -> Any:
    """What the last look found and is still so: the item is there, and its answer is the one that was looked at."""
    sent = (
        sa.select(sa.func.max(label_error_rechecks.c.campaign_id))
        .where(label_error_rechecks.c.project_id == project_id, label_error_rechecks.c.item_id == one.item_id)
        .scalar_subquery()
    )
    found = (
        sa.select(label_errors, items.c.key, items.c.content, sent.label("campaign"))
        .join(label_error_finds, label_error_finds.c.run == one.run)
        .join(items, items.c.id == one.item_id)
        .join(answers, answers.c.item_id == one.item_id)
        .where(
            one.project_id == project_id,
            label_error_finds.c.project_id == project_id,
            items.c.removed_at.is_(None),
            answers.c.value == one.value,
        )
    )
    if kind is not None:
        found = found.where(one.kind == kind)
    return found.where(sent.is_(None)) if unsent else found


def _out(tx: Connection, rows: Sequence[Any]) -> list[LabelErrorOut]:
    ids = {int(item_id) for row in rows for item_id, _ in row.near}
    there = (
        sa.select(items.c.id, items.c.key, items.c.content, answers.c.value)
        .join(answers, answers.c.item_id == items.c.id)
        .where(items.c.id.in_(ids), items.c.removed_at.is_(None))
    )
    known = {row.id: row for row in tx.execute(there)} if ids else {}

    def near(row: Any) -> list[NearItem]:
        pairs = [(known[item_id], cosine) for item_id, cosine in row.near if item_id in known]
        return [NearItem(key=it.key, content=it.content, value=it.value, cosine=cosine) for it, cosine in pairs]

    names = ("key", "content", "kind", "score", "value", "said", "campaign")
    return [LabelErrorOut(**{name: getattr(row, name) for name in names}, near=near(row)) for row in rows]


def _looked(tx: Connection, project_id: int) -> Looked | None:
    mine = sa.select(label_error_finds).where(label_error_finds.c.project_id == project_id)
    row = tx.execute(mine).one_or_none()
    if row is None:
        return None
    counts = {kind: row.found.get(kind, 0) for kind in ("wrong", "duplicate", "outlier")}
    return Looked(at=row.created_at, answers=row.answers, left_out=row.left_out, why=row.why, **counts)


def to_send(tx: Connection, project: Project, body: RecheckIn) -> CampaignIn:
    """The campaign that asks them again: of others, where there are any, else of the same people.

    Raises `Conflict` where there is nothing to send back, or nobody to ask.
    """
    if body.keys is None:
        waiting = _standing(project.id, body.kind, unsent=True).order_by(one.rank)
        most = body.first or 0
        found = tx.execute(waiting.limit(len(get_args(ErrorKind)) * most))
        keys = list(dict.fromkeys(row.key for row in found))[:most]  # an item may be suspected of several
    else:
        keys = list(dict.fromkeys(body.keys))
    if not keys:
        raise Conflict("Nothing that was found is left to send back. Look for label errors again when labels came.")
    asked = CampaignIn(name=body.name, select=Selection(keys=keys), to="others")
    if plan(tx, project, asked, None).labels == 0:
        asked = asked.model_copy(update={"to": "same"})
    refuse_nothing(tx, project, asked, None)
    return asked


def recheck(tx: Connection, member: Member, asked: CampaignIn, kind: ErrorKind | None) -> CampaignOut:
    """Begin the campaign, and keep what each item was suspected of."""
    begun = campaigns.begin(tx, member, asked)
    keys = asked.select.keys or []
    suspected = sa.select(one.item_id, one.kind).join(label_error_finds, label_error_finds.c.run == one.run)
    suspected = suspected.where(one.project_id == member.project.id).order_by(one.rank.desc())
    if kind is not None:
        suspected = suspected.where(one.kind == kind)
    kinds = {row.item_id: row.kind for row in tx.execute(suspected)}  # of several the worst
    of_keys = sa.select(items.c.id).where(items.c.project_id == member.project.id, items.c.key.in_(keys))
    rows = [
        {"campaign_id": begun.id, "item_id": item_id, "project_id": member.project.id, "kind": kinds[item_id]}
        for item_id in tx.execute(of_keys).scalars()
        if item_id in kinds
    ]
    if rows:
        tx.execute(sa.insert(label_error_rechecks), rows)
    return begun
