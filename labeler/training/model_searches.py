"""Searches for a project's model: asking for one, starting one after a training, and what the last one found."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.datasets.tables import dataset_versions
from labeler.kit.errors import Conflict
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.kit.jobs.tables import jobs
from labeler.learning.models import AUTO
from labeler.projects.access import Member, Project
from labeler.training.model_spec import last_search, representation_name
from labeler.wire.jobs import JobOut
from labeler.wire.training import SearchOut, SearchState

KIND = "training.search"
SEARCHED = "classification"  # the problem that models are searched for
FIRST = 200  # labels at which the first search starts by itself; the next ones at twice as many each


def _enqueue(tx: Connection, project_id: int, args: dict[str, Any], created_by: int | None = None) -> int:
    # One lane for all projects: searches never take more than one of the worker's places.
    dedup = f"search:{project_id}"
    return enqueue(tx, KIND, args, project_id=project_id, dedup=dedup, lane="search", delay=1, created_by=created_by)


def request_search(tx: Connection, member: Member) -> JobOut:
    """Queue a search on the labels there are now. Raises `Conflict` for questions that none is offered for."""
    if member.project.task.problem != SEARCHED:
        raise Conflict("Models are only searched for questions with one label an answer.")
    job_id = _enqueue(tx, member.project.id, {}, member.user_id)
    audit(tx, member.caller, "search.requested", project_id=member.project.id)
    return job_out(get(tx, job_id))


def want_search(tx: Connection, project: Project, labels: int, representation: Mapping[str, Any] | None) -> None:
    """After a training: search when there are enough labels, twice as many as last time, or the pool is read otherwise.

    A search that was cancelled or failed counts: it does not start over by itself with the same labels.
    """
    if project.settings.model != AUTO or labels < FIRST or project.task.problem != SEARCHED:
        return
    seen, last = representation_name(representation), last_search(tx, project.id)
    if last is not None and last.representation == seen and labels < 2 * last.labels:
        return
    started = sa.select(jobs.c.args).where(jobs.c.kind == KIND, jobs.c.project_id == project.id)
    for args in tx.execute(started.order_by(jobs.c.id.desc()).limit(20)).scalars():
        if args.get("representation") == seen and labels < 2 * args.get("labels", 0):
            return
    _enqueue(tx, project.id, {"labels": labels, "representation": seen})


def search_state(tx: Connection, project_id: int) -> SearchState:
    """The last search's result, and the search that waits or runs."""
    last = last_search(tx, project_id)
    open_jobs = sa.select(jobs.c.id).where(
        jobs.c.kind == KIND, jobs.c.project_id == project_id, jobs.c.state.in_(("queued", "running"))
    )
    job_id = tx.execute(open_jobs.order_by(jobs.c.id).limit(1)).scalar()
    return SearchState(
        last=None if last is None else _search_out(tx, last), job=None if job_id is None else job_out(get(tx, job_id))
    )


def _search_out(tx: Connection, row: Any) -> SearchOut:
    version = tx.execute(sa.select(dataset_versions.c.tag).where(dataset_versions.c.id == row.dataset_version_id))
    results = row.results
    return SearchOut(
        model=row.model,
        params=row.params,
        is_default=results["chosen"] == results["default"],
        reason=results["reason"],
        gain=results["gain"],
        gain_error=results["gain_error"],
        labels=row.labels,
        dataset=version.scalar_one(),
        seed=row.seed,
        trials=results["trials"],
        duration_s=row.duration_s,
        created_at=row.created_at,
    )
