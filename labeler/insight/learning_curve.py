"""How good each model was, by labels, and where that leads."""

import sqlalchemy as sa
from sqlalchemy import Connection

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
    newest = newest_model(tx, project.id)
    return Curve(
        primary=primary_metric(project.task.problem),
        points=points,
        forecast=((newest.stop or {}).get("forecast") or []) if newest is not None else [],
    )
