"""Decisions about several hard items: listing them, and what came of their checks."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.campaigns.direct import same_answers
from labeler.campaigns.service import CampaignEnded
from labeler.hard_items.tables import hard_decisions
from labeler.kit.errors import NotFound
from labeler.kit.events import listen
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import Project
from labeler.wire.hard_items import HardDecision
from labeler.wire.labels import LabelerOut
from labeler.wire.quality import Figure

SAME = ("id", "state", "note", "rule", "items", "flags", "check", "created_at", "undone_at")


def _select(project_id: int) -> Any:
    named = sa.select(hard_decisions, users.c.name, users.c.kind).join(users, users.c.id == hard_decisions.c.created_by)
    return named.where(hard_decisions.c.project_id == project_id)


def row_of(tx: Connection, project_id: int, decision_id: int) -> Any:
    """Raises `NotFound`."""
    row = tx.execute(_select(project_id).where(hard_decisions.c.id == decision_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no decision {decision_id} about hard items in this project.")
    return row


def get(tx: Connection, project: Project, decision_id: int) -> HardDecision:
    return _out(tx, project, row_of(tx, project.id, decision_id))


def list_decisions(tx: Connection, project: Project, before: int | None, limit: int) -> list[HardDecision]:
    """Newest first."""
    statement = _select(project.id).order_by(hard_decisions.c.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(hard_decisions.c.id < before)
    rows: Sequence[Any] = tx.execute(statement).all()
    return [_out(tx, project, row) for row in rows]


def _out(tx: Connection, project: Project, row: Any) -> HardDecision:
    checked, confirmed = row.checked or 0, row.confirmed or 0
    if row.state == "checking":
        checked, confirmed = same_answers(tx, project, row.campaign_id, row.value, row.schema_version)
    low, high = wilson(confirmed, checked)
    none = Figure(value=None, low=None, high=None)
    shown = None if row.value is None else project.read(row.value, row.schema_version)
    return HardDecision(
        **{name: row._mapping[name] for name in SAME},
        value=row.value if shown is None else shown,
        checked=checked,
        confirmed=confirmed,
        share=Figure(value=confirmed / checked, low=low, high=high) if checked else none,
        campaign=row.campaign_id,
        by=LabelerOut(id=row.created_by, name=row.name, kind=row.kind),
    )


@listen(CampaignEnded)
def settle(tx: Connection, event: CampaignEnded, project: Project) -> None:
    """What was found until then is kept; a check that was cancelled before anybody answered has shown nothing."""
    mine = sa.select(hard_decisions).where(
        hard_decisions.c.campaign_id == event.campaign, hard_decisions.c.state == "checking"
    )
    row = tx.execute(mine).one_or_none()
    if row is None:
        return
    checked, confirmed = same_answers(tx, project, row.campaign_id, row.value, row.schema_version)
    now = {"state": "checked" if checked else "unchecked", "checked": checked, "confirmed": confirmed}
    tx.execute(sa.update(hard_decisions).where(hard_decisions.c.id == row.id).values(now))
