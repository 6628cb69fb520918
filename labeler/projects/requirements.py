"""Whether what a project requires of models can be measured there."""

from collections.abc import Container, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.learning.evaluation.metrics import metrics_of
from labeler.tasks import TaskType
from labeler.wire.requirements import (
    AGE,
    COSTS,
    OF_LABELS,
    WHEN_SURE,
    Condition,
    Requirements,
    name_of,
    wanted_of,
)


def _clash(one: Condition, others: Sequence[Condition]) -> str | None:
    """Why a condition does not go with another one on the same figure, if it doesn't."""
    for other in others:
        if _figure(other) != _figure(one):
            continue
        name = name_of(one)
        if (one.min is None) == (other.min is None):
            return f"{name} must be {wanted_of(other)} already: take that off first"
        least, most = (one.min, other.max) if one.min is not None else (other.min, one.max)
        if least is not None and most is not None and least > most:
            return f"{name} must be {wanted_of(other)} already: nothing is {wanted_of(one)} as well"
    return None


def _figure(one: Condition) -> tuple[object, ...]:
    return one.metric, one.label, one.at, one.slice


def slice_names(tx: Connection, project_id: int) -> set[str]:
    """The names of a project's slices, whose room stands above this one."""
    slices = sa.table("slices", sa.column("project_id"), sa.column("name"))
    return set(tx.execute(sa.select(slices.c.name).where(slices.c.project_id == project_id)).scalars())


def wrong_requirement(
    given: Requirements,
    task: TaskType[Any],
    labels: Sequence[str],
    before: Sequence[Condition],
    slices: Container[str] = (),
) -> tuple[str, str] | None:
    """Where the first one stands that can't be measured, and why. labels, slices: of the project, by name; before:
    conditions that are there already: one whose label is gone since may stay."""
    units = {metric.name: metric.unit for metric in metrics_of(task.problem)}
    if given.optimize is not None and given.optimize not in units:
        return "requirements/optimize", f'no metric "{given.optimize}", there are: {", ".join(units)}'
    names = [*units, *(OF_LABELS if labels else ()), *WHEN_SURE, AGE, *COSTS]
    for place, one in enumerate(given.conditions):
        where = f"requirements/conditions/{place}"
        if given.conditions.index(one) != place:
            return where, "this condition is there twice"
        if one in before:
            continue
        others = [other for n, other in enumerate(given.conditions) if n < place or (n > place and other in before)]
        if (clash := _clash(one, others)) is not None:
            return where, clash
        if one.metric not in names:
            return f"{where}/metric", f'no metric "{one.metric}", there are: {", ".join(names)}'
        if one.label is not None and one.label not in labels:
            return f"{where}/label", f'"{one.label}" is not a label of this project'
        if one.slice is not None and one.slice not in slices:
            return f"{where}/slice", f'"{one.slice}" is not a slice of this project'
        bound = one.min if one.min is not None else float(one.max or 0.0)
        is_share = one.label is not None or one.metric in WHEN_SURE or units.get(one.metric) == "share"
        if is_share and not 0 <= bound <= 1:
            return where, f"{bound:g} is no share: expected 0 to 1"
        if one.metric in (AGE, *COSTS) and bound < 0:
            return where, f"{bound:g} is less than nothing"
    return None
