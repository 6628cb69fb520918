"""How far a project is: counts, pace, what is left, how good the model is, whether to stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.items.tables import items, present
from labeler.kit.columns import to_micros
from labeler.kit.jobs.tables import jobs
from labeler.labels.tables import aside, current_labels, flags, labels
from labeler.projects.access import Member, Project
from labeler.quality.queries import used
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

DAY = 86_400_000_000
BREAK_MS = 300_000  # longer than this between two labels is a break, not work


def progress(tx: Connection, member: Member) -> ProgressOut:
    project = member.project
    counted = _items(tx, project.id)
    given = _labels(tx, member)
    pace = _pace(tx, project.id)
    estimate = None
    if counted.unlabeled and pace:
        left = float(counted.unlabeled)
        estimate = {"labels_left": left, "hours_left": round(left * pace["seconds_per_label"] / 3600, 2)}
    model = newest_model(tx, project.id)
    stop = (model.stop if model is not None else None) or {"advice": "keep going", "reason": "there is no model yet"}
    return ProgressOut(
        items=counted,
        labels=given,
        pace=pace,
        estimate=estimate,
        model=None if model is None else _model(model),
        training=_training(tx, project, model is not None),
        stop=_stop(stop, pace),
    )


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


def _items(tx: Connection, project_id: int) -> ItemCounts:
    total = _count(tx, items, present(project_id))
    still_open = _count(tx, items, items.c.project_id == project_id, items.c.needed > 0)
    holdout = _count(tx, items, present(project_id), items.c.split == "holdout")
    holdout_open = _count(tx, items, items.c.project_id == project_id, items.c.needed > 0, items.c.split == "holdout")
    unresolved = (flags.c.project_id == project_id, flags.c.resolved_at.is_(None), flags.c.undone_at.is_(None))
    return ItemCounts(
        total=total,
        labeled=total - still_open,
        unlabeled=still_open,
        holdout=holdout,
        holdout_labeled=holdout - holdout_open,
        flags_open=_count(tx, flags, *unresolved),
        skipped=_count(tx, aside, aside.c.project_id == project_id),
    )


def _labels(tx: Connection, member: Member) -> LabelCounts:
    project_id, me = member.project.id, member.user_id
    joined = current_labels.join(labels, labels.c.id == current_labels.c.label_id)
    here = current_labels.c.project_id == project_id
    mine = current_labels.c.labeler_id == me
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    given = labels.c.kind != "import"  # an import is not the work of the person who imports
    today = labels.c.created_at >= midnight
    return LabelCounts(
        total=_count(tx, current_labels, here),
        mine=_count(tx, joined, here, mine, given),
        today=_count(tx, joined, here, given, today),
        mine_today=_count(tx, joined, here, mine, given, today),
        by_label=_by_label(tx, member.project),
        by_labeler=_by_labeler(tx, project_id) if member.may("read") else [],
        per_day=_per_day(tx, project_id, midnight),
    )


def _by_label(tx: Connection, project: Project) -> dict[str, int]:
    """Answers that hold each label, or that are each number of a scale: all of the schema, in its order."""
    counted = used(tx, project)
    return {name: counted.pop(name, 0) for name in project.schema.names()} | counted


def _by_labeler(tx: Connection, project_id: int) -> list[LabelerWork]:
    worked = sa.case((labels.c.elapsed_ms < BREAK_MS, labels.c.elapsed_ms))
    statement = (
        sa.select(
            users.c.id,
            users.c.name,
            labels.c.kind,
            sa.func.count().label("labels"),
            sa.func.avg(worked).label("mean_ms"),
        )
        .select_from(current_labels.join(labels, labels.c.id == current_labels.c.label_id))
        .join(users, users.c.id == current_labels.c.labeler_id)
        .where(current_labels.c.project_id == project_id)
        .group_by(users.c.id, users.c.name, labels.c.kind)
        .order_by(sa.func.count().desc())
    )
    found = []
    for row in tx.execute(statement):
        seconds = None if row.mean_ms is None else max(float(row.mean_ms) / 1000, 0.001)
        found.append(
            LabelerWork(
                labeler_id=row.id,
                name=row.name,
                kind=row.kind,
                labels=row.labels,
                per_hour=None if seconds is None else round(3600 / seconds, 1),
                seconds_per_label=None if seconds is None else round(seconds, 2),
            )
        )
    return found


def _per_day(tx: Connection, project_id: int, midnight: datetime) -> list[DayCount]:
    """Labels given here, not imported, on each of the last 30 days (UTC) that had any."""
    day = sa.cast(labels.c.created_at, sa.BigInteger) / sa.literal(DAY, sa.BigInteger)
    whole = (
        sa.cast(sa.func.floor(day), sa.BigInteger) if tx.dialect.name == "postgresql" else sa.cast(day, sa.BigInteger)
    )
    statement = (
        sa.select(whole.label("day"), sa.func.count().label("n"))
        .where(labels.c.project_id == project_id, labels.c.value.is_not(None), labels.c.kind != "import")
        .where(labels.c.created_at >= midnight - timedelta(days=29))
        .group_by(whole)
        .order_by(whole)
    )
    epoch = midnight - timedelta(microseconds=to_micros(midnight))
    return [
        DayCount(day=(epoch + timedelta(days=row.day)).date().isoformat(), labels=row.n)
        for row in tx.execute(statement)
    ]


def _pace(tx: Connection, project_id: int) -> dict[str, float] | None:
    """From the last hundred labels that people typed: seconds they took, breaks left out."""
    recent = (
        sa.select(labels.c.elapsed_ms)
        .where(labels.c.project_id == project_id, labels.c.elapsed_ms.is_not(None), labels.c.elapsed_ms < BREAK_MS)
        .order_by(labels.c.id.desc())
        .limit(100)
    )
    times = list(tx.execute(recent).scalars())
    if not times:
        return None
    seconds = max(sum(times) / len(times) / 1000, 0.001)
    return {"per_hour": round(3600 / seconds, 1), "seconds_per_label": round(seconds, 2)}


def _model(row: Any) -> ModelSummary:
    report = row.metrics or {"primary": None, "metrics": {}}
    return ModelSummary(
        number=row.number,
        stage=row.stage,
        primary=report["primary"],
        score=report["metrics"].get(report["primary"]),
        metrics=report["metrics"],
        holdout_size=row.holdout_size,
        sees=_sees(row.config),
    )


def _sees(config: dict[str, Any]) -> str:
    """What the model knows items by: its features, and the pool's map."""
    representation = representation_in(config) or {}
    kind = str(representation.get("kind"))
    own = "columns" if "columns" in config["features"] else "words"
    part = f"{representation['part']:,} of {representation['of']:,} items" if representation.get("part") else ""
    if kind == "encoder":
        return f"{own}, sentence embeddings{f' ({part} so far)' if part else ''}, neighbors"
    if kind == "projection":
        return f"{own}, neighbors{f' (in {part})' if part else ''}"
    return own


def _training(tx: Connection, project: Project, has_model: bool) -> TrainingOut:
    """Whether a training waits, runs, failed, or how many labels are missing to the next one."""
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
        labels_until_next=wanted - new % wanted,
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
