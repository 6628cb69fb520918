"""How good each model was, by labels, and where that leads."""

from math import isclose
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.insight.tally import tally_of
from labeler.learning.evaluation.metrics import primary_metric
from labeler.projects.access import Project
from labeler.registry.service import newest_model
from labeler.registry.tables import model_versions
from labeler.wire.insight import Curve, CurvePoint


def learning_curve(tx: Connection, project: Project) -> Curve:
    """One point a model, oldest first, all measured on the holdout as it was then."""
    statement = sa.select(model_versions).where(model_versions.c.project_id == project.id)
    points = []
    for row in tx.execute(statement.order_by(model_versions.c.number)):
        majority = (row.baselines or {}).get("majority") or {}
        point = CurvePoint(
            model=row.number,
            labels=row.labels_seen,
            trained_on=row.trained_on,
            holdout_size=row.holdout_size,
            created_at=row.created_at,
            metrics=(row.metrics or {}).get("metrics") or {},
            baseline=majority.get("metrics") or {},
        )
        points.append(point)
    usual, newest = primary_metric(project.task.problem), newest_model(tx, project.id)
    primary = project.settings.requirements.optimize or usual
    # Where it leads is foretold of the task type's own metric alone.
    told = ((newest.stop or {}).get("forecast") or []) if newest is not None and primary == usual else []
    tally, _ = tally_of(tx, project)
    most = tally.items - tally.holdout
    return Curve(primary=primary, points=points, most=most, forecast=_in_force(told, points, primary, most))


def _in_force(told: list[dict[str, Any]], points: list[CurvePoint], primary: str, most: int) -> list[dict[str, Any]]:
    """A forecast up to the items there are; none that begins elsewhere than at the newest score."""
    measured = [point for point in points if (point.metrics.get(primary) or {}).get("value") is not None]
    ahead = [one for one in told if one["labels"] <= most]
    if len(ahead) < 2 or not measured:
        return []
    newest, start = measured[-1], ahead[0]
    score = newest.metrics[primary]["value"]
    at_score = start["value"] is not None and isclose(start["value"], score, rel_tol=0.01, abs_tol=0.001)
    return ahead if start["labels"] == newest.trained_on and at_score else []
