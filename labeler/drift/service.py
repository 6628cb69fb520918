"""Drift as people see it: how a project stands, what the last check found, and ignoring it for a time."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.accounts.tables import users
from labeler.drift.asking import CHECK, want_check
from labeler.drift.sampling import sample, still_asked
from labeler.drift.standing import Standing, bar_of, standing_of, watch_of
from labeler.drift.tables import drift_watches
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import get
from labeler.kit.jobs.out import job_out
from labeler.kit.jobs.tables import jobs
from labeler.projects.access import Member, Project
from labeler.wire.drift import FEWEST, Drift, DriftCheck, DriftExample, SampleIn, WatchIn
from labeler.wire.jobs import JobOut


def drift_of(tx: Connection, project: Project) -> Drift:
    standing, watch = standing_of(tx, project.id), watch_of(tx, project.id)
    until, by = None, None
    now = tx.execute(sa.select(clock())).scalar_one()
    if watch is not None and watch.ignored_until is not None and watch.ignored_until > now:
        until = watch.ignored_until
        by = tx.execute(sa.select(users.c.name).where(users.c.id == watch.ignored_by)).scalar()
    state = "no_model" if standing is None else "waiting" if standing.missing else "ready"
    alarm = standing is not None and standing.last is not None and bool(standing.last.alarm)
    return Drift(
        state=state,
        model=None if standing is None else standing.model.number,
        new=0 if standing is None else standing.new,
        unchecked=0 if standing is None else standing.unchecked,
        missing=FEWEST if standing is None else standing.missing,
        bar=bar_of(tx, project.id),
        ignored_until=until,
        ignored_by=by,
        open=alarm and until is None,
        checked=_checked(tx, project, standing),
        checking=_is_checking(tx, project.id),
        sampled=still_asked(tx, project.id),
    )


def _is_checking(tx: Connection, project_id: int) -> bool:
    mine = (jobs.c.kind == CHECK, jobs.c.project_id == project_id, jobs.c.state.in_(("queued", "running")))
    return bool(tx.execute(sa.select(sa.exists().where(*mine))).scalar())


def request_check(tx: Connection, member: Member) -> JobOut:
    """Raises `Conflict` without a model, or with too few new items."""
    standing = standing_of(tx, member.project.id)
    if standing is None:
        raise Conflict("There is no model yet that new items could be held against. Label some more.")
    if standing.missing:
        raise Conflict(f"It can't be told yet. New items that have to come first: {standing.missing}.")
    job_id = want_check(tx, member.project.id, member.user_id)
    audit(tx, member.caller, "drift.requested", project_id=member.project.id, target=f"model-{standing.model.number}")
    return job_out(get(tx, job_id))


def change_watch(tx: Connection, member: Member, body: WatchIn) -> Drift:
    """Set the bar, and until when alarms are ignored; what was not given stays."""
    given: dict[str, Any] = body.model_dump(exclude_unset=True)
    if given:
        if "ignored_until" in given:
            given["ignored_by"] = member.user_id
        row = upsert(tx, drift_watches).values(project_id=member.project.id, **given)
        tx.execute(row.on_conflict_do_update(index_elements=["project_id"], set_=given))
        told = {name: str(value) for name, value in given.items() if name != "ignored_by"}
        audit(tx, member.caller, "drift.watch_changed", project_id=member.project.id, **told)
    return drift_of(tx, member.project)


def sample_new(tx: Connection, member: Member, body: SampleIn) -> Drift:
    sample(tx, member, body)
    return drift_of(tx, member.project)


def _checked(tx: Connection, project: Project, standing: Standing | None) -> DriftCheck | None:
    if standing is None or standing.last is None:
        return None
    facts, last = standing.last.facts, standing.last
    ids = sorted({item_id for one in facts["signals"] for item_id in one["examples"]})
    there = sa.select(items.c.id, items.c.key, items.c.content).where(present(project.id), items.c.id.in_(ids))
    known = {row.id: DriftExample(key=row.key, content=row.content) for row in tx.execute(there)}
    signals = [
        {**one, "examples": [known[item_id] for item_id in one["examples"] if item_id in known]}
        for one in facts["signals"]
    ]
    return DriftCheck(
        at=last.created_at,
        model=standing.model.number,
        alarm=last.alarm,
        **{**facts, "signals": signals},
    )
