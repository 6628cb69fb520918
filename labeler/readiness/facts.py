"""What a project knows of the model it relies on, read once for all lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.column_use.service import column_use
from labeler.drift.service import drift_of
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.jobs.tables import jobs
from labeler.learning.evaluation.metrics import Metric, metrics_of
from labeler.projects.access import Project
from labeler.registry.history import earlier_live, has_been, models_before
from labeler.registry.packages import changed_packages
from labeler.registry.service import get_model, live_model, newest_model
from labeler.registry.use import use_of
from labeler.retraining.service import tests_of
from labeler.shadows.service import later_labels
from labeler.wire.column_use import ColumnUse
from labeler.wire.drift import Drift
from labeler.wire.registry import ModelOut, Speed
from labeler.wire.retraining import PipelineTest
from labeler.wire.shadows import LaterLabels

LAST = 20
"""So many of the last trainings are looked at."""


@dataclass(frozen=True)
class Facts:
    """model: the live one, else the newest; metric: what it is judged by; before: those measured before it, newest
    first; changed: packages that are another version than it was made with; reproduced, searched: results of the last
    such jobs; ended: how the last trainings ended, newest first; tested: the last test of the pipeline; earlier_live:
    models that were live before and whose files are kept, newest first; canary: whether this one answered a share of
    the requests before it went live; later: the live one on items that were labeled after it had answered them;
    speed: how long it takes this week; columns: what each is worth."""

    items: int
    schema_version: int
    model: ModelOut | None
    metric: Metric | None
    before: Sequence[Any]
    newest: Any
    changed: Sequence[str]
    reproduced: dict[str, Any] | None
    searched: dict[str, Any] | None
    ended: Sequence[str]
    tested: PipelineTest | None
    earlier_live: Sequence[int]
    canary: bool
    drift: Drift
    later: LaterLabels | None
    speed: Speed | None
    columns: ColumnUse

    @property
    def is_live(self) -> bool:
        return self.model is not None and self.model.stage == "live"


def facts_of(tx: Connection, settings: Settings, project: Project) -> Facts:
    row, newest = live_model(tx, project.id), newest_model(tx, project.id)
    row = row or newest
    model = None if row is None else get_model(tx, settings, project, row.number)
    listed = metrics_of(project.task.problem)
    lead = None if model is None or model.report is None else model.report["primary"]
    return Facts(
        items=int(tx.execute(sa.select(sa.func.count()).select_from(items).where(present(project.id))).scalar_one()),
        schema_version=project.schema_version,
        model=model,
        metric=next((one for one in listed if one.name == lead), None),
        before=[] if row is None else models_before(tx, row),
        newest=newest,
        changed=[] if model is None else changed_packages(model.packages),
        reproduced=_last_result(tx, project.id, "training.reproduce"),
        searched=_last_result(tx, project.id, "training.search"),
        ended=_ended(tx, project.id),
        tested=next(iter(tests_of(tx, project.id, 1)), None),
        earlier_live=[] if row is None else earlier_live(tx, settings, row),
        canary=row is not None and has_been(tx, row, "canary"),
        drift=drift_of(tx, project),
        columns=column_use(tx, project, None if row is None else row.number),
        speed=next((one.speed for one in use_of(tx, project) if one.stage == "live"), None),
        later=next((one for one in later_labels(tx, project) if one.stage == "live"), None),
    )


def _last_result(tx: Connection, project_id: int, kind: str) -> dict[str, Any] | None:
    mine = (jobs.c.project_id == project_id, jobs.c.kind == kind, jobs.c.state == "done")
    found: dict[str, Any] | None = tx.execute(
        sa.select(jobs.c.result).where(*mine).order_by(jobs.c.id.desc()).limit(1)
    ).scalar()
    return found


def _ended(tx: Connection, project_id: int) -> Sequence[str]:
    over = (jobs.c.kind == "training.train", jobs.c.state.in_(("done", "failed")))
    statement = sa.select(jobs.c.state).where(jobs.c.project_id == project_id, *over).order_by(jobs.c.id.desc())
    return tx.execute(statement.limit(LAST)).scalars().all()
