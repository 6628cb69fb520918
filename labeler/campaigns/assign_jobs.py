"""Writing down what is assigned, in short transactions: labelers wait for none of it."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.campaigns.answered import end_when_done, settle_since
from labeler.campaigns.assign import KIND
from labeler.campaigns.assignable import in_order
from labeler.campaigns.jobs import PART, PAUSE_SECONDS, PRESENT, wait_until_known
from labeler.campaigns.service import AssignmentStarted, close
from labeler.campaigns.tables import campaigns
from labeler.kit.bulk import insert_many
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.db import lock
from labeler.kit.events import emit
from labeler.kit.jobs.registry import JobRun, job
from labeler.projects.access import Project, find_project
from labeler.queue.tables import campaign_groups, campaign_items

COLUMNS = ("rank", "item_id", "open")


@job(KIND)
def start(run: JobRun) -> dict[str, int]:
    """An attempt after a kill goes on where the one before was cut off: what it wrote is assigned already."""
    assignment_id, wanted = int(run.args["assignment"]), int(run.args["items"])
    project = run.db.read(find_project, run.project_id or 0)
    row = run.db.read(lambda tx: tx.execute(sa.select(campaigns).where(campaigns.c.id == assignment_id)).one())
    if row.state != "starting":  # ended before it began
        return run.finish(lambda tx: {"items": 0})  # type: ignore[no-any-return]
    mine = sa.select(campaign_groups.c.id).where(campaign_groups.c.campaign_id == assignment_id)
    group_id = run.db.read(lambda tx: int(tx.execute(mine).scalar_one()))
    written = run.db.read(_written, group_id)
    ids = run.db.read(in_order, project, row.asked, (project.settings.seed, assignment_id))[: wanted - written]
    for begin in range(0, len(ids), PART):
        part = ids[begin : begin + PART]
        if not run.write(partial(_write, project=project, row=row, group_id=group_id, ids=part, after=written + begin)):
            return run.finish(lambda tx: {"items": 0})  # type: ignore[no-any-return]
        done = written + begin + len(part)
        run.progress(done, wanted, counted("{n} item", "{n} items", done))
        time.sleep(PAUSE_SECONDS)
    wait_until_known(run, assignment_id)
    finish = partial(_assign, project=project, row=row, group_id=group_id, until=int(run.args["until"]))
    return run.finish(finish)  # type: ignore[no-any-return]


def _written(tx: Connection, group_id: int) -> int:
    last = sa.select(sa.func.max(campaign_items.c.rank)).where(campaign_items.c.group_id == group_id)
    found = tx.execute(last).scalar()
    return 0 if found is None else int(found) + 1


def _write(tx: Connection, project: Project, row: Any, group_id: int, ids: Sequence[int], after: int) -> bool:
    """False when it was ended meanwhile. Items that were removed since are left out."""
    lock(tx, "items", project.id)
    state = sa.select(campaigns.c.state).where(campaigns.c.id == row.id)
    if tx.execute(state).scalar_one() != "starting":
        return False
    present = {item_id for (item_id,) in PRESENT.tuples(tx, ids=str(list(ids)))}
    rows = [(after + place, item_id, True) for place, item_id in enumerate(ids) if item_id in present]
    insert_many(tx, campaign_items, COLUMNS, rows, {"group_id": group_id, "campaign_id": row.id})
    return True


def _assign(tx: Connection, project: Project, row: Any, group_id: int, until: int) -> dict[str, int]:
    """From now on these people get them. Labels that came in meanwhile count for it, too."""
    lock(tx, "labels", project.id)
    how_many = sa.select(sa.func.count()).select_from(campaign_items).where(campaign_items.c.group_id == group_id)
    number = int(tx.execute(how_many).scalar_one())
    now = {"state": "running", "started_at": clock(), "items": number, "wanted": number}
    begins = sa.update(campaigns).where(campaigns.c.id == row.id, campaigns.c.state == "starting").values(**now)
    if tx.execute(begins).rowcount == 0:
        return {"items": 0}
    group = tx.execute(sa.select(campaign_groups).where(campaign_groups.c.id == group_id)).one()
    tx.execute(sa.update(campaign_groups).where(campaign_groups.c.id == group_id).values(active=True))
    emit(tx, AssignmentStarted(project.id, row.id, row.name, number, group.people, group.kept), project)
    settle_since(tx, project, until)
    if number:
        end_when_done(tx, project, row.id)
    else:
        close(tx, project, row, "ended", None)
    return {"items": number}
