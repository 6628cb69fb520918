"""What models were asked, by whom, how long it took; and stopping a canary that fails or is slow.

Counts are kept in this process and added to those in the database some moments later, by a thread of their own: no
request waits for them. A process that is killed loses the counts of that moment, and no answer.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from labeler.accounts.tables import api_tokens, users
from labeler.datasets.tables import dataset_versions
from labeler.kit.columns import clock
from labeler.kit.db import Database, upsert
from labeler.learning.evaluation.intervals import wilson
from labeler.projects.access import Project
from labeler.projects.tables import projects
from labeler.registry.buckets import FAILED, FEWEST_TIMED, SLOWER, SLOWER_MS, bucket_of, percentile, timed
from labeler.registry.served import Sample, Served, write
from labeler.registry.speed import add_day, size_of, speed_of
from labeler.registry.stages import stop_canary
from labeler.registry.tables import model_use, model_versions, stage_changes
from labeler.wire.registry import Consumer, ModelUse

STAGES = ("live", "canary", "shadow")
"""What is loaded to answer something."""
PAUSE = 1.0
"""Seconds for which counts are gathered, unless something fails."""
STEP = 0.05
BROKEN, FEWEST_FAILED = 0.02, 3
"""A canary is stopped when at least so many requests failed, and surely more than this share of all; or when it is slow
beside the live model, see `buckets`."""


class Asked(NamedTuple):
    """One request, or the part of it that a model answered."""

    project_id: int
    model_id: int
    change_id: int
    user_id: int
    token_id: int
    ms: float | None  # None: it failed
    items: int


class Gathered:
    """What is not written yet: [requests, items] by whose they are, and a sample of the answers."""

    def __init__(self) -> None:
        self.counts: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0])
        self.days: dict[tuple[int, int, int, int, int], int] = defaultdict(int)
        self.answers: dict[int, Sample] = defaultdict(Sample)  # by project


_gathered: dict[Database, Gathered] = defaultdict(Gathered)
_lock, _flushing = threading.Lock(), threading.Lock()
_writing: set[Database] = set()
_in_a_hurry: set[Database] = set()


def note(db: Database, asked: Iterable[Asked], served: Sequence[Served] = ()) -> None:
    """Count requests and keep some of the answers; they are written later, failures at once."""
    with _lock:
        gathered = _gathered[db]
        counts = gathered.counts
        if served:
            gathered.answers[served[0].project_id].add(served)
        for one in asked:
            bucket = FAILED if one.ms is None else bucket_of(one.ms)
            entry = counts[(one.project_id, one.model_id, one.change_id, one.user_id, one.token_id, bucket)]
            entry[0] += 1
            entry[1] += one.items
            if one.ms is not None:
                gathered.days[(one.project_id, one.model_id, one.change_id, size_of(one.items), bucket)] += 1
        failed = sum(entry[0] for key, entry in counts.items() if key[-1] == FAILED)
        if not counts:
            return
        if failed >= FEWEST_FAILED:
            _in_a_hurry.add(db)
        if db in _writing:
            return
        _writing.add(db)
    threading.Thread(target=_write_on, args=[db], name="model-use", daemon=True).start()


def _write_on(db: Database) -> None:
    """Write what is counted until nothing more comes."""
    while True:
        until = time.monotonic() + PAUSE
        while time.monotonic() < until and db not in _in_a_hurry:
            time.sleep(STEP)
        try:
            flush(db)
        except Exception:
            structlog.get_logger().exception("model_use_not_counted")
        with _lock:
            _in_a_hurry.discard(db)
            if not _gathered.get(db):
                _writing.discard(db)
                return


def flush(db: Database) -> None:
    """Write what was counted, and stop canaries that are not fit to go on."""
    with _flushing:
        with _lock:
            gathered = _gathered.pop(db, None)
        if gathered is not None:
            db.write(_add, gathered)


def _add(tx: Connection, gathered: Gathered) -> None:
    counts = gathered.counts
    # a model, account or project may be gone by now: then nobody asks what it was asked
    there = set(
        tx.execute(sa.select(model_versions.c.id).where(model_versions.c.id.in_({key[1] for key in counts}))).scalars()
    )
    names = ("project_id", "model_id", "change_id", "user_id", "token_id", "bucket")
    for key, (requests, items) in sorted(counts.items()):
        if key[1] not in there:
            continue
        row = upsert(tx, model_use).values(
            **dict(zip(names, key, strict=True)), requests=requests, items=items, last_at=clock()
        )
        more = {
            "requests": model_use.c.requests + requests,
            "items": model_use.c["items"] + items,
            "last_at": clock(),
        }
        tx.execute(row.on_conflict_do_update(index_elements=["change_id", "user_id", "token_id", "bucket"], set_=more))
    add_day(tx, {key: n for key, n in gathered.days.items() if key[1] in there})
    for sample in gathered.answers.values():
        write(tx, sample.drawn, there)
    for project_id in {key[0] for key in counts if key[1] in there}:
        _stop_unfit(tx, project_id)


def _stop_unfit(tx: Connection, project_id: int) -> None:
    found = {row.stage: row for row in serving(tx, project_id)}
    if "canary" not in found:
        return
    canary, live = (_buckets(tx, row.change_id) for row in (found["canary"], found["live"]))
    failed, asked = canary.get(FAILED, 0), sum(canary.values())
    if failed >= FEWEST_FAILED and wilson(failed, asked)[0] > BROKEN:
        stop_canary(tx, found["canary"], f"It could not answer {failed} of {asked} requests.")
        return
    if min(timed(canary), timed(live)) >= FEWEST_TIMED:
        its, usual = percentile(canary, 0.95), percentile(live, 0.95)
        if its is not None and usual is not None and its > SLOWER * usual and its > usual + SLOWER_MS:
            stop_canary(tx, found["canary"], f"It is slow: p95 of {its:.0f} ms, {usual:.0f} ms of the live model.")


def serving(tx: Connection, project_id: int, more: int | None = None) -> Sequence[Any]:
    """The rows of the live model, the canary and the shadows, each with how it came to its stage (`change_id`); and of
    one model more, by its id, last."""
    last = (
        sa.select(sa.func.max(stage_changes.c.id))
        .where(stage_changes.c.project_id == project_id, stage_changes.c.model_id == model_versions.c.id)
        .correlate(model_versions)
        .scalar_subquery()
    )
    asked = sa.or_(model_versions.c.stage.in_(STAGES), model_versions.c.id == more)
    statement = (
        sa.select(
            model_versions, dataset_versions.c.tag, sa.func.coalesce(last, -model_versions.c.id).label("change_id")
        )
        .join(dataset_versions, dataset_versions.c.id == model_versions.c.dataset_version_id)
        .where(model_versions.c.project_id == project_id, asked)
        .order_by(sa.case({stage: place for place, stage in enumerate(STAGES)}, value=model_versions.c.stage, else_=9))
    )
    return tx.execute(statement).all()


def answering(tx: Connection) -> Sequence[Any]:
    """The live models and canaries of all projects that are there, each with how it came to its stage (`change_id`) and
    its project's `slug`."""
    last = sa.select(sa.func.max(stage_changes.c.id)).where(stage_changes.c.model_id == model_versions.c.id)
    change = sa.func.coalesce(last.correlate(model_versions).scalar_subquery(), -model_versions.c.id)
    statement = sa.select(model_versions, change.label("change_id"), projects.c.slug)
    statement = statement.join(projects, projects.c.id == model_versions.c.project_id)
    mine = (projects.c.deleted_at.is_(None), model_versions.c.stage.in_(("live", "canary")))
    return tx.execute(statement.where(*mine).order_by(model_versions.c.id)).all()


def use_of(tx: Connection, project: Project) -> list[ModelUse]:
    """The live model first, then the canary."""
    return [_use(tx, row) for row in serving(tx, project.id) if row.stage != "shadow"]


def _use(tx: Connection, row: Any) -> ModelUse:
    buckets, since = _buckets(tx, row.change_id), sa.select(stage_changes.c.created_at)
    mine = model_use.c.change_id == row.change_id
    items = tx.execute(sa.select(sa.func.sum(model_use.c["items"])).where(mine)).scalar()
    return ModelUse(
        model=row.number,
        stage=row.stage,
        share=row.share,
        since=tx.execute(since.where(stage_changes.c.id == row.change_id)).scalar() or row.created_at,
        requests=sum(buckets.values()),
        items=int(items or 0),
        failed=buckets.get(FAILED, 0),
        p50_ms=percentile(buckets, 0.5),
        p95_ms=percentile(buckets, 0.95),
        speed=speed_of(tx, row),
        consumers=_consumers(tx, mine),
    )


def _consumers(tx: Connection, mine: Any) -> list[Consumer]:
    requests, items = sa.func.sum(model_use.c.requests), sa.func.sum(model_use.c["items"])
    statement = (
        sa.select(users.c.name, api_tokens.c.name.label("token"), requests, items, sa.func.max(model_use.c.last_at))
        .select_from(model_use)
        .join(users, users.c.id == model_use.c.user_id)
        .outerjoin(api_tokens, api_tokens.c.id == model_use.c.token_id)
        .where(mine)
        .group_by(users.c.name, api_tokens.c.name)
        .order_by(requests.desc(), users.c.name)
    )
    return [
        Consumer(name=row[0], token=row[1], requests=int(row[2]), items=int(row[3]), last_at=row[4])
        for row in tx.execute(statement)
    ]


def _buckets(tx: Connection, change_id: int | None) -> dict[int, int]:
    many = sa.func.sum(model_use.c.requests)
    statement = sa.select(model_use.c.bucket, many).where(model_use.c.change_id == change_id)
    return {int(bucket): int(n) for bucket, n in tx.execute(statement.group_by(model_use.c.bucket))}
