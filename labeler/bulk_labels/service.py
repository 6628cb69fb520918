"""Items that are labeled at once: beginning it, listing, taking back. What takes long is done by jobs (`jobs.py`)."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.bulk_labels.check import counted_right
from labeler.bulk_labels.tables import bulks
from labeler.campaigns.direct import prepare
from labeler.campaigns.service import close
from labeler.campaigns.service import find as find_campaign
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.db import lock
from labeler.kit.errors import Conflict, Invalid, NotFound
from labeler.kit.jobs.engine import enqueue
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import Member, Project, find_project
from labeler.tasks import InvalidValue
from labeler.wire.bulk_labels import MOST_CHECK, BulkIn, BulkOut, BulkPlan
from labeler.wire.quality import Figure

START, COUNT, TAKE_BACK = "bulk.label", "bulk.count", "bulk.take_back"
MOST = 100


def check(project: Project, body: BulkIn, planned: BulkPlan) -> Any:
    """The value as it is kept. Raises `Invalid` for one that the schema does not have, or a check that could never
    reach the bar, `Conflict` where there is too little to label."""
    try:
        value = project.task.validate(body.value, project.schema, None)
    except InvalidValue as invalid:
        raise Invalid(f"{invalid}.", errors=[{"pointer": "/value", "detail": str(invalid)}]) from None
    if wilson(body.check, body.check)[0] < body.bar:
        least = next((n for n in range(body.check, MOST_CHECK + 1) if wilson(n, n)[0] >= body.bar), MOST_CHECK)
        raise Invalid(
            f"Even if all {body.check:,} are right, the share is not surely above {body.bar:.0%}: check {least:,}.",
            errors=[{"pointer": "/check", "detail": f"expected at least {least:,}"}],
        )
    if planned.items <= body.check:
        raise Conflict(
            counted(
                "{n} item would be labeled, and {check} are to be checked by people: label it by hand.",
                "{n} items would be labeled, and {check} are to be checked by people: label them one by one.",
                planned.items,
                check=f"{body.check:,}",
            )
            if planned.items
            else "Nothing is left to label: these items are answered, in the holdout, or labeled by another bulk."
        )
    return value


def begin(tx: Connection, member: Member, body: BulkIn, asked: Mapping[str, Any], value: Any) -> BulkOut:
    """Queue the job that writes the labels; none of them counts. asked: see `select.meant`."""
    lock(tx, "campaigns", member.project.id)
    project = find_project(tx, member.project.id)
    campaign_id = prepare(tx, project, member.user_id, f"Check: {project.task.text(value, project.schema)[:180]}")
    row = {
        "project_id": project.id,
        "asked": dict(asked) | ({"like": body.like, "n": body.n} if body.like is not None else {}),
        "value": value,
        "schema_version": project.schema_version,
        "check": body.check,
        "bar": body.bar,
        "state": "starting",
        "campaign_id": campaign_id,
        "created_by": member.user_id,
        "created_at": clock(),
    }
    bulk_id = int(tx.execute(sa.insert(bulks).values(row).returning(bulks.c.id)).scalar_one())
    queue(tx, START, project.id, bulk_id, member.user_id, campaign=campaign_id)
    audit(tx, member.caller, "bulk.created", project_id=project.id, target=str(bulk_id), value=value)
    return get(tx, project, bulk_id)


def queue(tx: Connection, kind: str, project_id: int, bulk_id: int, user_id: int | None, **more: int) -> None:
    lane = f"bulk:{project_id}"
    enqueue(tx, kind, {"bulk": bulk_id, **more}, project_id=project_id, lane=lane, created_by=user_id)


def _select(project_id: int) -> Any:
    creator = users.c.name.label("creator")
    joined = sa.select(bulks, creator).outerjoin(users, users.c.id == bulks.c.created_by)
    return joined.where(bulks.c.project_id == project_id)


def get(tx: Connection, project: Project, bulk_id: int) -> BulkOut:
    """Raises `NotFound`."""
    row = tx.execute(_select(project.id).where(bulks.c.id == bulk_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no bulk {bulk_id} in this project.")
    return _out(tx, project, [row])[0]


def list_bulks(tx: Connection, project: Project) -> list[BulkOut]:
    """The newest ones first."""
    return _out(tx, project, tx.execute(_select(project.id).order_by(bulks.c.id.desc()).limit(MOST)).all())


def _out(tx: Connection, project: Project, rows: Sequence[Any]) -> list[BulkOut]:
    found = []
    for row in rows:
        fields = {name: row._mapping[name] for name in BulkOut.model_fields if name in row._mapping}
        checked, right = row.checked, row.right
        if checked is None:
            checked, right = counted_right(tx, project, row)
        low, high = wilson(right, checked)
        none = Figure(value=None, low=None, high=None)
        shown = project.read(row.value, row.schema_version)
        fields |= {
            "asked": {name: given for name, given in row.asked.items() if name != "ids"},
            "value": row.value if shown is None else shown,
            "checked": checked,
            "right": right,
            "share": Figure(value=right / checked, low=low, high=high) if checked else none,
            "campaign": row.campaign_id,
            "created_by": row.creator,
        }
        found.append(BulkOut(**fields))
    return found


def take_back(tx: Connection, member: Member, bulk_id: int) -> BulkOut:
    """All of its labels are in force no more; they stay on record. Raises `Conflict` when that was done."""
    before = get(tx, member.project, bulk_id)
    taken = sa.update(bulks).where(bulks.c.id == bulk_id, bulks.c.state.not_in(("taking_back", "taken_back")))
    if tx.execute(taken.values(state="taking_back", checked=before.checked, right=before.right)).rowcount == 0:
        raise Conflict(f"Bulk {bulk_id} was taken back already.")
    row = find_campaign(tx, member.project.id, before.campaign)
    close(tx, member.project, row, "cancelled", member.user_id)
    queue(tx, TAKE_BACK, member.project.id, bulk_id, member.user_id)
    audit(tx, member.caller, "bulk.undone", project_id=member.project.id, target=str(bulk_id))
    return get(tx, member.project, bulk_id)
