"""How good each model was, by the labels it learned from: what a learning curve is drawn and carried on by."""

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.learning_curve import Point
from labeler.learning.problems import Problem
from labeler.projects.access import Project
from labeler.registry.tables import model_versions


def curve_points(tx: Connection, project: Project, problem: Problem, newest: int | None = None) -> list[Point]:
    """One of each measured model, oldest first; scores as `Problem.score` has them. newest: the number of the last one
    that is looked at, None: all are."""
    columns = (model_versions.c.trained_on, model_versions.c.holdout_size, model_versions.c.metrics)
    statement = sa.select(*columns).where(model_versions.c.project_id == project.id).order_by(model_versions.c.number)
    if newest is not None:
        statement = statement.where(model_versions.c.number <= newest)
    schema, points = project.schema.model_dump(), []
    for row in tx.execute(statement):
        if row.metrics:
            score = problem.score(Estimate(**row.metrics["metrics"][row.metrics["primary"]]), schema)
            if score.value is not None:
                points.append(Point(row.trained_on, score.value, row.holdout_size))
    return points
