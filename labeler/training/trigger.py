"""When a model is trained without anyone asking: after N new labels, or T seconds with fewer (product.md, 2)."""

import re
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from labeler.heuristics.changes import HeuristicsCounted
from labeler.imports.undo import LabelsTakenBack
from labeler.imports.write import LabelsImported
from labeler.items.add import ItemsAdded
from labeler.items.remove import ItemsRemoved
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.compiled import CompiledStatement
from labeler.kit.config import Settings
from labeler.kit.events import listen
from labeler.kit.jobs.engine import enqueue
from labeler.kit.jobs.registry import every
from labeler.kit.jobs.tables import QUEUED, jobs
from labeler.labels.removed import LabelsRestored
from labeler.labels.submit import LabelSubmitted
from labeler.labels.tables import current_labels, labels
from labeler.learning.features.installed import is_installed
from labeler.projects.access import LLM, Project, find_project
from labeler.projects.label_schema import SchemaChanged
from labeler.projects.service import ProjectChanged
from labeler.projects.tables import projects
from labeler.queue.tables import queues
from labeler.training.tables import training_marks
from labeler.wire.projects import reranking

FIRST = 5  # labels between attempts while there is no model: the first one comes as early as it can
MOST_COUNTED = 4  # times N: with more waiting labels (training is broken), only the clock asks again

# What a language model says without counting teaches nothing, however much of it comes.
_given = (
    sa.select(sa.literal(1))
    .select_from(current_labels)
    .where(current_labels.c.item_id == labels.c.item_id, current_labels.c.labeler_id == labels.c.labeler_id)
    .where(current_labels.c.label_id == labels.c.id, current_labels.c.counted)
)
_teaches = sa.or_(labels.c.kind != sa.literal_column(f"'{LLM}'"), sa.exists(_given))
_mark = sa.select(training_marks.c.label_id).where(training_marks.c.project_id == bindparam("project"))
_new = (
    sa.select(sa.literal(1))
    .where(
        labels.c.project_id == bindparam("project"),
        labels.c.id > sa.func.coalesce(_mark.scalar_subquery(), 0),
        _teaches,
    )
    .limit(bindparam("most"))
    .subquery()
)
NEW_LABELS = CompiledStatement(
    sa.select(
        sa.select(sa.func.count()).select_from(_new).scalar_subquery().label("new"),
        sa.exists(
            sa.select(sa.literal(1))
            .select_from(sa.table("model_versions", sa.column("project_id")))
            .where(sa.literal_column("model_versions.project_id") == bindparam("project"))
        ).label("has_model"),
        sa.exists(
            sa.select(sa.literal(1))
            .select_from(jobs)
            .where(jobs.c.dedup == bindparam("lane"), QUEUED, jobs.c.run_at <= clock())
        ).label("is_due"),
    )
)


def _lane(project_id: int) -> str:
    return f"train:{project_id}"


def request_training(
    tx: Connection, project_id: int, why: str, *, created_by: int | None = None, delay: float = 0
) -> int:
    """Queue a training; a newer wish replaces one that waits, and one runs at a time. why: what people are told."""
    lane = _lane(project_id)
    args = {"why": why, "newest": [_newest(tx, project_id, table) for table in (labels, items)]}
    return enqueue(
        tx, "training.train", args, project_id=project_id, dedup=lane, lane=lane, delay=delay, created_by=created_by
    )


def _newest(tx: Connection, project_id: int, table: sa.Table) -> int:
    newest = sa.select(sa.func.max(table.c.id)).where(table.c.project_id == project_id)
    return int(tx.execute(newest).scalar() or 0)


def new_labels(tx: Connection, project_id: int, most: int) -> tuple[int, bool]:
    """How many labels no training has seen yet (counted up to `most`), and whether there is a model."""
    row = _new_labels(tx, project_id, most)
    return int(row.new), bool(row.has_model)


def _new_labels(tx: Connection, project_id: int, most: int) -> Any:
    """`new` and `has_model`, and `is_due`: whether a training is about to begin."""
    return NEW_LABELS.one(tx, project=project_id, most=most, lane=_lane(project_id))


@cache
def has_embeddings() -> bool:
    """Whether sentence embeddings are on and installed here; costs no import of them."""
    settings = Settings()
    return settings.embeddings == "auto" and (bool(settings.encoder) or is_installed())


def labels_wanted(project: Project, has_model: bool) -> int:
    """New labels after which training starts."""
    every_n = project.settings.retrain_every
    return every_n if has_model else min(every_n, FIRST)


@listen(LabelSubmitted)
def after_labels(tx: Connection, event: LabelSubmitted, project: Project) -> None:
    if event.kind == LLM and not event.counted:
        return
    most = MOST_COUNTED * project.settings.retrain_every
    found = _new_labels(tx, project.id, most)
    # A training that is about to begin sees this label, too; and to wish for it again would wait for all who just did.
    if found.new and found.new < most and found.new % labels_wanted(project, found.has_model) == 0 and not found.is_due:
        request_training(tx, project.id, "new labels")


@listen(ItemsAdded)
def after_items(tx: Connection, event: ItemsAdded, project: Project) -> None:
    """Items that came without labels are put in an order that covers them; those with labels train a model."""
    if event.count and not event.labeled:
        want_coverage(tx, project.id)
    if event.count and has_embeddings():
        want_vectors(tx, project.id)


@listen(ItemsRemoved)
def after_removal(tx: Connection, event: ItemsRemoved, project: Project) -> None:
    """What is gone is learned from no more."""
    if new_labels(tx, project.id, 1)[1]:
        request_training(tx, project.id, "items removed", delay=2)


@listen(LabelsTakenBack)
def after_taking_back(tx: Connection, event: LabelsTakenBack, project: Project) -> None:
    if new_labels(tx, project.id, 1)[1]:
        request_training(tx, project.id, "labels taken back", delay=2)


@listen(LabelsRestored)
def after_restoring(tx: Connection, event: LabelsRestored, project: Project) -> None:
    if new_labels(tx, project.id, 1)[1]:
        request_training(tx, project.id, "labels restored", delay=2)


@listen(LabelsImported)
def after_import(tx: Connection, event: LabelsImported, project: Project) -> None:
    request_training(tx, project.id, "labels imported", delay=2)


@listen(HeuristicsCounted)
def after_rules(tx: Connection, event: HeuristicsCounted, project: Project) -> None:
    """Items of which rules speak come early, until there is a model."""
    if not new_labels(tx, project.id, 1)[1]:
        want_coverage(tx, project.id)


@listen(ProjectChanged)
def after_change(tx: Connection, event: ProjectChanged, project: Project) -> None:
    """Another model or strategy, or other labels that count, rank again."""
    changed = set(event.settings)
    other_order = bool(changed & {*reranking(), "counting"})
    if not other_order and not event.keywords:
        return
    if new_labels(tx, project.id, 1)[1]:
        if other_order:
            request_training(tx, project.id, "settings", delay=2 if "counting" in changed else 0)
    elif event.keywords or "find_label" in changed:
        want_coverage(tx, project.id)


@listen(SchemaChanged)
def after_schema(tx: Connection, event: SchemaChanged, project: Project) -> None:
    """A model learns the labels by their new names."""
    if event.mapping and new_labels(tx, project.id, 1)[1]:
        request_training(tx, project.id, "label schema", delay=1)


def want_coverage(tx: Connection, project_id: int) -> None:
    lane = f"coverage:{project_id}"
    enqueue(tx, "training.coverage", project_id=project_id, dedup=lane, lane=lane, delay=1)


def want_vectors(tx: Connection, project_id: int, *, delay: float = 2) -> None:
    """Read the items with the sentence encoder, in the background."""
    lane = f"embed:{project_id}"
    enqueue(tx, "training.embed", project_id=project_id, dedup=lane, lane=lane, delay=delay)


def _is_hopeless(tx: Connection, project_id: int, newest_label: int, newest_item: int | None) -> bool:
    """Whether the last two trainings failed alike, and nothing has come since: a third one would fail, too."""
    trainings = sa.select(jobs.c.state, jobs.c.error, jobs.c.args).where(
        jobs.c.project_id == project_id, jobs.c.kind == "training.train"
    )
    last = tx.execute(trainings.order_by(jobs.c.id.desc()).limit(2)).all()
    errors = {re.sub(r"job=\d+", "", row.error or "") for row in last if row.state == "failed"}
    if len(last) < 2 or any(row.state != "failed" for row in last) or len(errors) > 1:
        return False
    label, item = last[0].args.get("newest", (0, 0))  # by number: clocks may be set
    return bool(newest_label <= label and (newest_item or 0) <= item)


@every(3, "training.sweep")
def sweep(tx: Connection) -> None:
    """Train where labels or items wait longer than the project's `retrain_seconds`."""
    newest_label = sa.select(sa.func.max(labels.c.id)).where(labels.c.project_id == projects.c.id).scalar_subquery()
    newest_item = sa.select(sa.func.max(items.c.id)).where(items.c.project_id == projects.c.id).scalar_subquery()
    statement = (
        sa.select(projects.c.id, newest_label.label("label"), newest_item.label("item"), training_marks)
        .outerjoin(training_marks, training_marks.c.project_id == projects.c.id)
        .where(projects.c.deleted_at.is_(None))
    )
    now = tx.execute(sa.select(clock())).scalar_one()
    running = sa.select(jobs.c.project_id).where(jobs.c.kind == "training.train", jobs.c.state == "running")
    at_work = set(tx.execute(running).scalars())  # what it has not seen waits for the next look
    for row in tx.execute(statement).all():
        if (
            row.id in at_work
            or row.label is None
            or (row.at is not None and row.label <= row.label_id and (row.item or 0) <= row.item_id)
        ):
            continue
        if _is_hopeless(tx, row.id, row.label, row.item):
            continue
        project = find_project(tx, row.id)
        if row.at is None or (now - row.at).total_seconds() >= project.settings.retrain_seconds:
            request_training(
                tx, row.id, "labels waited" if row.at is None or row.label > row.label_id else "items waited"
            )


def has_ranking(tx: Connection, project_id: int) -> bool:
    return tx.execute(sa.select(queues.c.ranking_id).where(queues.c.project_id == project_id)).first() is not None
