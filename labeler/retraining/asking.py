"""Asking for a challenge or a test: by labels and drift when a model was trained, by time, each night, or by people."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.drift.found import DriftFound
from labeler.drift.service import drift_of
from labeler.kit.columns import clock
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import jobs
from labeler.projects.access import Project, find_project
from labeler.projects.tables import projects
from labeler.registry.history import most_labels_seen, newest_after, projects_with_live_model
from labeler.registry.service import ModelTrained, live_model
from labeler.registry.tables import model_versions
from labeler.retraining.tables import model_challenges
from labeler.training.trigger import new_labels, request_training
from labeler.wire.retraining import Cause, Due

CHALLENGE, PIPELINE = "retraining.challenge", "retraining.pipeline"
LOOKS_EVERY = 600  # seconds


def want_challenge(tx: Connection, project_id: int, cause: Cause, created_by: int | None = None) -> int:
    """Hold the newest model against the live one; a challenge that waits is the same."""
    lane = f"challenge:{project_id}"
    return enqueue(tx, CHALLENGE, {"cause": cause}, project_id=project_id, dedup=lane, lane=lane, created_by=created_by)


def want_test(tx: Connection, project_id: int, *, nightly: bool = False, created_by: int | None = None) -> int:
    """Train the live model (else the newest) again from its items; a test that waits is the same."""
    dedup, lane = f"pipeline:{project_id}", f"reproduce:{project_id}"
    args = {"nightly": nightly}
    return enqueue(tx, PIPELINE, args, project_id=project_id, dedup=dedup, lane=lane, created_by=created_by)


def last_challenge(tx: Connection, live: Any) -> Any:
    """The last one that this live model stood: `at`, and how many labels the challenger had seen; or None."""
    columns = (model_challenges.c.created_at.label("at"), model_versions.c.labels_seen)
    joined = model_challenges.join(model_versions, model_versions.c.id == model_challenges.c.challenger_id)
    statement = sa.select(*columns).select_from(joined).where(model_challenges.c.champion_id == live.id)
    return tx.execute(statement.order_by(model_challenges.c.id.desc()).limit(1)).one_or_none()


def due_of(tx: Connection, project: Project, live: Any) -> Due:
    """How far away the next challenge of the live model is, by labels and by time."""
    policy, last = project.settings.retraining, last_challenge(tx, live)
    came = most_labels_seen(tx, project.id) - _seen(live, last)
    labels = None if policy.after_labels is None else max(0, policy.after_labels - came)
    at = None if policy.after_days is None else _begun(live, last) + timedelta(days=policy.after_days)
    return Due(labels=labels, at=at)


def _seen(live: Any, last: Any) -> int:
    return int(live.labels_seen if last is None else max(live.labels_seen, last.labels_seen))


def _begun(live: Any, last: Any) -> datetime:
    begun: datetime = live.created_at if last is None else max(live.created_at, last.at)
    return begun


@listen(ModelTrained)
def after_training(tx: Connection, event: ModelTrained, about: Any) -> None:
    project, live = find_project(tx, event.project_id), live_model(tx, event.project_id)
    if live is None:
        return
    due = due_of(tx, project, live)
    if due.labels == 0:
        want_challenge(tx, project.id, "labels")
    elif _has_drifted(tx, project, live):
        want_challenge(tx, project.id, "drift")
    elif due.at is not None and due.at <= _now(tx):
        want_challenge(tx, project.id, "time")


@listen(DriftFound)
def after_drift(tx: Connection, event: DriftFound, about: Any) -> None:
    """A model that has seen the new items is trained, where there is one to replace. It comes to a challenge when it
    stands."""
    project = find_project(tx, event.project_id)
    if project.settings.retraining.on_drift and live_model(tx, project.id) is not None:
        request_training(tx, project.id, "drift")


def _has_drifted(tx: Connection, project: Project, live: Any) -> bool:
    """Whether there is an alarm about the live model that no challenge came after, and nobody ignores."""
    if not project.settings.retraining.on_drift:
        return False
    found, last = drift_of(tx, project), last_challenge(tx, live)
    if not found.open or found.checked is None or found.model != live.number:
        return False
    return last is None or last.at < found.checked.at


def _now(tx: Connection) -> datetime:
    now: datetime = tx.execute(sa.select(clock())).scalar_one()
    return now


@every(LOOKS_EVERY, "retraining.sweep")
def sweep(tx: Connection) -> None:
    """Challenges that are due by time, and tests of the night."""
    now = _now(tx)
    alive = projects_with_live_model(tx)
    wanted = sa.select(projects.c.id).where(projects.c.deleted_at.is_(None), projects.c.id.in_(alive))
    for project_id in tx.execute(wanted).scalars().all():
        project = find_project(tx, project_id)
        _by_time(tx, project, now)
        if project.settings.retraining.test_at == now.hour and not _tested_since(tx, project_id, now):
            want_test(tx, project_id, nightly=True)


def _by_time(tx: Connection, project: Project, now: datetime) -> None:
    live = live_model(tx, project.id)
    due = None if live is None else due_of(tx, project, live)
    if due is None or due.at is None or due.at > now:
        return
    last, newest = last_challenge(tx, live), newest_after(tx, live)
    if newest is not None and newest.created_at > _begun(live, last):
        want_challenge(tx, project.id, "time")
    elif new_labels(tx, project.id, 1)[0]:
        request_training(tx, project.id, "time")


def _tested_since(tx: Connection, project_id: int, now: datetime) -> bool:
    """Whether this night's test was asked for."""
    mine = (jobs.c.kind == PIPELINE, jobs.c.project_id == project_id, jobs.c.created_at > now - timedelta(hours=2))
    return any(args.get("nightly") for args in tx.execute(sa.select(jobs.c.args).where(*mine)).scalars())
