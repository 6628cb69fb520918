"""How far a project is: counts, pace, what is left, how good the model is, whether to stop."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.insight.tally import BREAK_MS, QUARTER, Tally, tally_of
from labeler.kit.columns import EPOCH, to_micros
from labeler.kit.counting import counted
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import aside, flags, labels
from labeler.projects.access import Member, Project
from labeler.registry.requirements import lead_of
from labeler.registry.service import newest_model
from labeler.training.model_spec import representation_in
from labeler.training.tables import training_marks
from labeler.training.trigger import labels_wanted, new_labels
from labeler.wire.insight import (
    DayCount,
    ItemCounts,
    LabelCounts,
    LabelerWork,
    ModelSummary,
    ProgressOut,
    ReadingOut,
    StopOut,
    TrainingOut,
)

PACE_OF = 100  # the last labels
PACE_FROM = 5
DAYS = 30


def progress(tx: Connection, member: Member, offset: timedelta) -> tuple[ProgressOut, bool]:
    """offset: how far the viewer's clock is ahead of UTC, which says when a day begins.

    Returns the progress, and whether the counts behind it have grown old.
    """
    project = member.project
    tally, stale = tally_of(tx, project)
    counted = _items(tx, project.id, tally)
    given = _labels(tx, member, tally, offset)
    pace = _pace(tx, project.id, given.per_day)
    estimate = None
    if counted.unlabeled and pace:
        left = float(counted.unlabeled)
        estimate = {"labels_left": left, "hours_left": round(left * pace["seconds_per_label"] / 3600, 2)}
    model = newest_model(tx, project.id)
    stop = (model.stop if model is not None else None) or {"advice": "keep going", "reason": "there is no model yet"}
    found = ProgressOut(
        items=counted,
        labels=given,
        pace=pace,
        estimate=estimate,
        model=None if model is None else _model(project, model),
        training=_training(tx, project, model is not None, counted.unlabeled),
        stop=_stop(stop, pace),
    )
    return found, stale


def _stop(stop: dict[str, Any], pace: dict[str, float] | None) -> StopOut:
    away = stop.get("labels_to_target")
    hours = round(away["labels"] * pace["seconds_per_label"] / 3600, 2) if away and pace else None
    gain = stop.get("gain")
    return StopOut(
        advice=stop["advice"],
        reason=stop["reason"],
        gain=gain,
        labels_to_target=away,
        hours_to_target=hours,
        finding=stop.get("finding"),
    )


def _count(tx: Connection, table: Any, *conditions: Any) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())


def _items(tx: Connection, project_id: int, tally: Tally) -> ItemCounts:
    unresolved = (flags.c.project_id == project_id, flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None))
    return ItemCounts(
        total=tally.items,
        labeled=tally.items - tally.open,
        unlabeled=tally.open,
        holdout=tally.holdout,
        holdout_labeled=tally.holdout - tally.holdout_open,
        flags_open=_count(tx, flags, *unresolved),
        skipped=_count(tx, aside, aside.c.project_id == project_id),
    )


def _labels(tx: Connection, member: Member, tally: Tally, offset: timedelta) -> LabelCounts:
    me = member.user_id
    midnight = (datetime.now(UTC) + offset).replace(hour=0, minute=0, second=0, microsecond=0) - offset
    return LabelCounts(
        total=tally.labels,
        mine=tally.given_by(me),
        today=tally.since(midnight),
        mine_today=tally.since(midnight, me),
        by_label=_by_label(member.project, tally),
        by_labeler=_by_labeler(tx, tally) if member.may("read") else [],
        per_day=_per_day(tally, midnight, offset),
    )


def _by_label(project: Project, tally: Tally) -> dict[str, int]:
    """Answers that hold each label, or that are each number of a scale: all of the schema, in its order."""
    counted = dict(tally.by_label)
    return {name: counted.pop(name, 0) for name in project.schema.names()} | counted


def _by_labeler(tx: Connection, tally: Tally) -> list[LabelerWork]:
    people = {who for who, _ in tally.by_labeler}
    names = {row.id: row.name for row in tx.execute(sa.select(users.c.id, users.c.name).where(users.c.id.in_(people)))}
    found = []
    for (who, kind), (given, timed, ms) in tally.by_labeler.items():
        if given <= 0:
            continue
        seconds = max(ms / timed / 1000, 0.001) if timed > 0 else None
        found.append(
            LabelerWork(
                labeler_id=who,
                name=names.get(who, ""),
                kind=kind,
                labels=given,
                per_hour=None if seconds is None else round(3600 / seconds, 1),
                seconds_per_label=None if seconds is None else round(seconds, 2),
            )
        )
    return sorted(found, key=lambda one: -one.labels)


def _per_day(tally: Tally, midnight: datetime, offset: timedelta) -> list[DayCount]:
    """Labels that people gave here on each of the last 30 days of the viewer that had any."""
    by_day = Counter[str]()
    first = to_micros(midnight - timedelta(days=DAYS - 1)) // QUARTER
    for quarter, n in tally.quarters.items():
        if quarter >= first:
            by_day[(EPOCH + timedelta(microseconds=quarter * QUARTER) + offset).date().isoformat()] += n
    return [DayCount(day=day, labels=n) for day, n in sorted(by_day.items()) if n > 0]


def seconds_per_label(tx: Connection, project_id: int) -> float | None:
    """What people's last labels took, breaks left out. Imports, programs and simulations don't count. None before
    there are a few."""
    recent = (
        sa.select(labels.c.elapsed_ms)
        .where(labels.c.project_id == project_id, labels.c.kind == "person", labels.c.source == "queue")
        .where(labels.c.elapsed_ms.is_not(None), labels.c.elapsed_ms < BREAK_MS)
        .order_by(labels.c.id.desc())
        .limit(PACE_OF)
    )
    times = list(tx.execute(recent).scalars())
    if len(times) < PACE_FROM:
        return None
    return float(max(sum(times) / len(times) / 1000, 0.001))


def _pace(tx: Connection, project_id: int, per_day: list[DayCount]) -> dict[str, float] | None:
    """How fast people label here: the seconds of a label, and the labels on an average day of the last ones that had
    any."""
    if (seconds := seconds_per_label(tx, project_id)) is None:
        return None
    days = [one.labels for one in per_day[-7:]]
    found = {"per_hour": round(3600 / seconds, 1), "seconds_per_label": round(seconds, 2)}
    return {**found, "per_day": round(sum(days) / len(days), 1)} if days else found


def _model(project: Project, row: Any) -> ModelSummary:
    report = row.metrics or {"primary": None, "metrics": {}}
    lead = None if row.metrics is None else lead_of(project, report)
    return ModelSummary(
        number=row.number,
        stage=row.stage,
        primary=lead,
        score=None if lead is None else report["metrics"].get(lead),
        guess=((row.baselines or {}).get("majority") or {"metrics": {}})["metrics"].get(lead),
        metrics=report["metrics"],
        holdout_size=row.holdout_size,
        sees=_sees(row.config),
    )


def _part(representation: dict[str, Any]) -> str:
    part = f"{representation['part']:,}"
    return counted("{part} of {n} item", "{part} of {n} items", representation["of"], part=part)


def _sees(config: dict[str, Any]) -> str:
    """What the model knows items by: its features, and the pool's map."""
    representation = representation_in(config) or {}
    kind = str(representation.get("kind"))
    own = "columns" if "columns" in config["features"] else "words"
    part = _part(representation) if representation.get("part") else ""
    if kind == "encoder":
        so_far = f" ({part} so far)" if part else ""
        if config.get("evidence"):
            name = max(config["evidence"], key=config["evidence"].get)
            return f"{own}, sentence embeddings of {name}{so_far}, neighbors"
        return f"{own}, sentence embeddings{so_far}, neighbors"
    if kind == "projection":
        return f"{own}, neighbors{f' (in {part})' if part else ''}"
    return own


def _training(tx: Connection, project: Project, has_model: bool, left: int) -> TrainingOut:
    """Whether a training waits, runs, failed, or how many labels are missing to the next one. left: items that have no
    label; where they are fewer, the last ones are learned from, too, some time after."""
    latest = (
        sa.select(jobs)
        .where(jobs.c.project_id == project.id, jobs.c.kind == "training.train")
        .order_by(sa.case((jobs.c.state == "running", 0), (jobs.c.state == "queued", 1), else_=2), jobs.c.id.desc())
        .limit(1)
    )
    job = tx.execute(latest).one_or_none()
    mark = tx.execute(sa.select(training_marks).where(training_marks.c.project_id == project.id)).one_or_none()
    wanted = labels_wanted(project, has_model)
    new, _ = new_labels(tx, project.id, 10 * project.settings.retrain_every)
    state, message = "idle", ""
    if job is not None and job.state in ("running", "queued"):
        state, message = job.state, job.message
    elif job is not None and job.state == "failed":
        state, message = "failed", job.error or ""
    elif not has_model:
        state, message = "waiting", (mark.note if mark is not None else "") or "needs two labels with examples"
    return TrainingOut(
        state=state,
        message=message,
        job_id=None if job is None else job.id,
        labels_until_next=min(wanted - new % wanted, left) if left else wanted - new % wanted,
        reading=_reading(tx, project.id),
    )


def _reading(tx: Connection, project_id: int) -> ReadingOut | None:
    """How far the sentence encoder is with the items; None when nothing is being read."""
    mine = sa.select(jobs.c.state, jobs.c.done, jobs.c.total, jobs.c.error, jobs.c.result).where(
        jobs.c.project_id == project_id, jobs.c.kind == "training.embed", jobs.c.state != "superseded"
    )
    first = sa.case((jobs.c.state == "running", 0), (jobs.c.state == "queued", 1), else_=2)
    job = tx.execute(mine.order_by(first, jobs.c.id.desc()).limit(1)).one_or_none()
    if job is None or job.state not in ("running", "queued", "failed"):
        return None
    done, of = job.done, job.total
    if of is None:  # it waits, or has just begun: the one before it tells how far they came
        before = tx.execute(mine.where(jobs.c.state == "done").order_by(jobs.c.id.desc()).limit(1)).one_or_none()
        done, of = (before.result.get("read", 0), before.result.get("of")) if before is not None else (done, of)
    return ReadingOut(state=job.state, done=done, of=of, error=job.error)
