"""`/metrics` for Prometheus: what this process answered and how fast, and what the database says of work that waits.

Requests are counted by route, never by address, so that a stranger makes no new series. Who reads it has a token of an
administrator with the scope `read`.
"""

import time
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from sqlalchemy import Connection

from labeler.accounts.auth import CanObserve
from labeler.kit.columns import clock
from labeler.kit.jobs.tables import jobs
from labeler.kit.web import Db
from labeler.projects.tables import projects
from labeler.queue.tables import leases
from labeler.registry.packages import changed_packages
from labeler.registry.soundness import soundness_out
from labeler.registry.speed import speed_of
from labeler.registry.tables import model_versions
from labeler.registry.use import answering
from labeler.webhooks.tables import webhook_deliveries, webhooks

outside = APIRouter(include_in_schema=False)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
DAY = 86_400
_registry = CollectorRegistry()
ProcessCollector(registry=_registry)
_requests = Histogram(
    "labeler_request_seconds",
    "Time to answer a request.",
    ("method", "route", "status"),
    buckets=SECONDS,
    registry=_registry,
)
_known: dict[tuple[str, str, int], Any] = {}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    key = (method, route, status)
    series = _known.get(key)
    if series is None:
        series = _known[key] = _requests.labels(*map(str, key))
    series.observe(seconds)


def _gauge(name: str, text: str, labels: list[str], rows: list[tuple[list[str], float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in rows:
        family.add_metric(values, number)
    return family


def state(tx: Connection) -> list[Metric]:
    """What waits, runs and is lent, as metrics."""
    count = sa.func.count()
    recent = sa.or_(jobs.c.state.in_(("queued", "running")), jobs.c.finished_at > clock(-DAY))
    by_state = tx.execute(sa.select(jobs.c.kind, jobs.c.state, count).where(recent).group_by(jobs.c.kind, jobs.c.state))
    now, oldest = tx.execute(
        sa.select(clock(), sa.func.min(jobs.c.run_at)).where(jobs.c.state == "queued", jobs.c.run_at <= clock())
    ).one()
    lent = sa.select(projects.c.slug, count).join(projects, projects.c.id == leases.c.project_id)
    lent = lent.where(leases.c.expires_at > clock()).group_by(projects.c.slug)
    models = sa.select(projects.c.slug, model_versions.c.stage, count)
    models = models.join(projects, projects.c.id == model_versions.c.project_id)
    models = models.group_by(projects.c.slug, model_versions.c.stage)
    return [
        _gauge(
            "labeler_jobs",
            "Jobs by kind and state; ended ones of the last day.",
            ["kind", "state"],
            [([kind, what], n) for kind, what, n in by_state],
        ),
        _gauge(
            "labeler_jobs_oldest_wait_seconds",
            "How long the job that waits longest could have run.",
            [],
            [([], 0.0 if oldest is None else (now - oldest).total_seconds())],
        ),
        _gauge(
            "labeler_leases",
            "Items that labelers hold now.",
            ["project"],
            [([slug], n) for slug, n in tx.execute(lent)],
        ),
        _gauge(
            "labeler_models",
            "Models by stage.",
            ["project", "stage"],
            [([slug, stage], n) for slug, stage, n in tx.execute(models)],
        ),
    ]


def watched(tx: Connection) -> list[Metric]:
    """How the models that answer are: their speed, their packages, their numbers."""
    rows = answering(tx)

    def of(name: str, text: str, numbers: list[float | None]) -> Metric:
        known = [([row.slug, str(row.number)], n) for row, n in zip(rows, numbers, strict=True) if n is not None]
        return _gauge(name, text, ["project", "model"], known)

    speeds = [speed_of(tx, row) for row in rows]
    found = [soundness_out(row) for row in rows]
    return [
        of(
            "labeler_model_p95_seconds",
            "95 % of this week's requests took less, of about as many items.",
            [None if one is None else one.p95_ms / 1000 for one in speeds],
        ),
        of(
            "labeler_model_slower",
            "1 where requests surely take at least twice as long this week, and 20 ms longer.",
            [None if one is None or one.usual_ms is None else float(one.slower) for one in speeds],
        ),
        of(
            "labeler_model_packages_changed",
            "Packages that are another version here than the model was trained with.",
            [float(len(changed_packages(row.packages))) for row in rows],
        ),
        of(
            "labeler_model_not_finite",
            "Weights and probabilities that were not finite after the training.",
            [None if one is None else float(one.broken_weights + one.broken_probabilities) for one in found],
        ),
        of(
            "labeler_model_weight_norm",
            "Euclidean norm of the weights of linear models.",
            [None if one is None else one.norm for one in found],
        ),
    ]


def deliveries(tx: Connection) -> list[Metric]:
    """What became of what webhooks were to be sent."""
    sums = sa.select(
        projects.c.slug,
        sa.func.sum(webhooks.c.delivered),
        sa.func.sum(webhooks.c.failed),
        sa.func.sum(sa.case((webhooks.c.off_reason.is_not(None), 1), else_=0)),
    )
    of_project = sums.join(projects, projects.c.id == webhooks.c.project_id).group_by(projects.c.slug)
    rows = tx.execute(of_project.where(projects.c.deleted_at.is_(None))).all()
    ended = CounterMetricFamily(
        "labeler_webhook_deliveries", "Deliveries of webhooks that ended.", labels=["project", "result"]
    )
    for slug, delivered, failed, _ in rows:
        ended.add_metric([slug, "delivered"], float(delivered))
        ended.add_metric([slug, "failed"], float(failed))
    waiting = sa.select(sa.func.count()).where(webhook_deliveries.c.state == "waiting")
    return [
        ended,
        _gauge(
            "labeler_webhook_deliveries_waiting",
            "Deliveries of webhooks that wait.",
            [],
            [([], tx.execute(waiting).scalar_one())],
        ),
        _gauge(
            "labeler_webhooks_off",
            "Webhooks that the service turned off.",
            ["project"],
            [([slug], float(off)) for slug, *_, off in rows],
        ),
    ]


class _Both:
    """This process's own metrics, and those of the database."""

    def __init__(self, found: list[Metric]) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        yield from _registry.collect()
        yield from self.found


@outside.get("/metrics")
async def metrics(request: Request, db: Db, _: CanObserve) -> Response:
    started = time.perf_counter()
    found = await db.aread(lambda tx: state(tx) + watched(tx) + deliveries(tx))
    found.append(_gauge("labeler_metrics_seconds", "Time to read these.", [], [([], time.perf_counter() - started)]))
    encoder, kind = exposition.choose_encoder(request.headers.get("accept", ""))
    return Response(encoder(_Both(found)), media_type=kind)
