"""Where a model's error comes from, in four parts: see `labeler.learning.error_parts`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.insight.mistakes import Judged, judged
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.labels.tables import current_labels
from labeler.learning import problems
from labeler.learning.error_parts import BIAS, IRREDUCIBLE, OVERFITTING, PARTS, VARIANCE, error_of, largest, parts_of
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.learning_curve import labels_to
from labeler.learning.evaluation.metrics import primary_metric
from labeler.learning.evaluation.slices import FEWEST_OF_METRICS as FEWEST
from labeler.learning.problems import Problem
from labeler.projects.access import Project
from labeler.quality.judgments import read_given
from labeler.quality.known import GOLD
from labeler.quality.tables import answers
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.choices import chosen_at
from labeler.registry.curve import curve_points
from labeler.registry.service import find_model
from labeler.wire.error_parts import ErrorLevel, ErrorPart, ErrorParts, MoreLabels

MOST = 2_000
"""Holdout items of each kind that are looked at, the newest first."""
NOTHING = Estimate.nothing()


@dataclass(frozen=True)
class _Level:
    """An error, or why it is not known and how many more labels it takes."""

    error: Estimate
    why: str | None = None
    more: int | None = None


def error_parts(tx: Connection, settings: Settings, project: Project, number: int) -> ErrorParts:
    """Each part with its interval, or why it is not known. Raises NotFound."""
    row = find_model(tx, project.id, number)
    problem = problems.find(project.task.problem)
    people = _people(tx, project, problem)
    if any(project.mappings[row.config.get("schema_version", 1) - 1 :]):  # answers are read otherwise since
        gone = _Level(NOTHING, "older_schema")
        training = validation = fresh = gone
    else:
        training = _training(project, problem, row)
        validation, fresh = _holdout(tx, settings, project, problem, row)
    found = parts_of(people.error, training.error, validation.error, fresh.error)
    ends = {
        IRREDUCIBLE: (people,),
        BIAS: (training, people),
        VARIANCE: (validation, training),
        OVERFITTING: (validation, fresh),
    }
    return ErrorParts(
        model=number,
        metric=primary_metric(problem.name),
        parts=[_part(name, found[name], ends[name]) for name in PARTS],
        levels=[
            ErrorLevel(name=name, n=one.error.n, **_figures(one.error))
            for name, one in (("training", training), ("validation", validation), ("fresh", fresh))
        ],
        largest=largest(found),
        labels=_labels(tx, project, problem, number, validation.error, found[VARIANCE]),
    )


def _part(name: str, estimate: Estimate, ends: tuple[_Level, ...]) -> ErrorPart:
    missing = next((one for one in ends if one.why is not None), None) if estimate.value is None else None
    return ErrorPart(
        name=name,
        n=estimate.n,
        why=None if missing is None else missing.why,
        more=None if missing is None else missing.more,
        **_figures(estimate),
    )


def _figures(estimate: Estimate) -> dict[str, float | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _people(tx: Connection, project: Project, problem: Problem) -> _Level:
    """What is left to a model that is always right. Of each holdout item the first two labels are held against each
    other: a third one is often asked for because they differ."""
    columns = (answers.c.item_id, answers.c.given, answers.c.method)
    held = sa.select(*columns).join(items, items.c.id == answers.c.item_id)
    held = held.where(answers.c.project_id == project.id, items.c.split == "holdout")
    held = held.order_by(answers.c.created_at.desc()).limit(MOST)
    several = sa.select(held.where(answers.c.given > 1).subquery().c.item_id)
    given = read_given(tx, project, current_labels.c.item_id.in_(several), current_labels.c.counted)
    same = given.items[1:] == given.items[:-1]
    firsts = np.flatnonzero(same & np.r_[True, ~same[:-1]][: len(same)])
    if len(firsts) < FEWEST:
        return _Level(NOTHING, "few_twice", FEWEST - len(firsts))
    first, second = ([given.values[code] for code in given.codes[places]] for places in (firsts, firsts + 1))
    behind = [0 if row.method == GOLD else row.given for row in tx.execute(held)]
    schema, seed = project.schema.model_dump(), project.settings.seed
    found = problem.irreducible(first, second, np.array(behind, dtype=np.int64), schema, seed)
    return _Level(found, "not_measured" if found.value is None else None)


def _training(project: Project, problem: Problem, row: Any) -> _Level:
    """The error on what it learned from, as it was measured in its training."""
    kept = ((row.metrics or {}).get("training") or {}).get(primary_metric(problem.name))
    if kept is None:
        return _Level(NOTHING, "not_measured")
    return _Level(error_of(problem.score(Estimate(**kept), project.schema.model_dump())))


def _holdout(tx: Connection, settings: Settings, project: Project, problem: Problem, row: Any) -> tuple[_Level, _Level]:
    """The errors on the holdout by whose labels it was chosen, and on what was labeled since."""
    if load_predictions(folder_of(settings, project.id, row.number)) is None:
        return _Level(NOTHING, "pruned"), _Level(NOTHING, "pruned")
    known = judged(tx, settings, project, row.number)
    if len(known) < FEWEST:
        few = _Level(NOTHING, "few_holdout" if known else "no_holdout", FEWEST - len(known))
        return few, few
    chosen = chosen_at(tx, row)
    if chosen is None:
        return _error(project, problem, known), _Level(NOTHING, "no_choice")
    later = _answered_since(tx, project, chosen)
    since, before = [one for one in known if one.item_id in later], [one for one in known if one.item_id not in later]
    if len(before) < FEWEST:
        return _error(project, problem, known), _Level(NOTHING, "few_before")
    if len(since) < FEWEST:
        return _error(project, problem, before), _Level(NOTHING, "few_since", FEWEST - len(since))
    return _error(project, problem, before), _error(project, problem, since)


def _answered_since(tx: Connection, project: Project, then: datetime) -> set[int]:
    statement = (
        sa.select(answers.c.item_id)
        .join(items, items.c.id == answers.c.item_id)
        .where(present(project.id), items.c.split == "holdout", answers.c.created_at > then)
    )
    return set(tx.execute(statement).scalars())


def _error(project: Project, problem: Problem, known: list[Judged]) -> _Level:
    """The error on these items, the newest of them."""
    some = known[:MOST]
    targets = problem.encode([one.said["value"] for one in some])
    truth, said = [one.truth for one in some], problem.certain(targets)
    report = problem.evaluate(truth, said, targets.classes, {}, project.settings.seed)
    return _Level(error_of(problem.score(report.metrics[report.primary], project.schema.model_dump())))


def _labels(
    tx: Connection, project: Project, problem: Problem, number: int, validation: Estimate, variance: Estimate
) -> MoreLabels | None:
    """How many more labels than this model had halve the variance, as far as the learning curve leads there."""
    if validation.value is None or variance.value is None or variance.value <= 0:
        return None
    target = min(1.0, max(0.0, 1 - validation.value + variance.value / 2))
    found = labels_to(curve_points(tx, project, problem, number), target, project.settings.seed)
    return None if found is None or not found.labels else MoreLabels(**found.to_dict())
