"""Counting what the order of the queue has saved: models of its first labels beside models of random ones."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning import loop
from labeler.learning.errors import LearningError, TooFewLabels
from labeler.learning.evaluation import savings
from labeler.learning.evaluation.judge import Judge, metric_for
from labeler.learning.evaluation.metrics import Metric
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project, find_project
from labeler.registry.service import find_model
from labeler.savings.order import queue_order
from labeler.savings.tables import savings_counts
from labeler.training.again import data_behind
from labeler.training.fit import pool_of
from labeler.training.model_spec import representation_in, spec_of
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import represent_again


@job("savings.tally")
def count(run: JobRun) -> Any:
    """Result: the model, random labels and as many of the queue as teach the same, or why that is not known."""
    began = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    row = run.db.read(find_model, project.id, run.args["number"])
    metric = metric_for(project.task.problem, project.settings.requirements.optimize or "")
    data = data_behind(run, row)
    ordered, held = _ordered(run, project, data), data.labeled(holdout=True)[0]
    facts: dict[str, Any] = {
        "holdout": len(held),
        "ordered": len(ordered),
        "metric": None if metric is None else metric.name,
        "why": _why(metric, held, ordered),
    }
    if facts["why"] is None and metric is not None:
        facts |= _counted(run, project, row, data, ordered, held, metric)
    facts["took_ms"] = round(1000 * (time.monotonic() - began))

    def keep(tx: Connection) -> dict[str, Any]:
        values = {"project_id": project.id, "facts": facts, "created_at": clock()}
        insert = upsert(tx, savings_counts).values(model_id=row.id, **values)
        tx.execute(insert.on_conflict_do_update(index_elements=["model_id"], set_=values))
        return {"model": row.number, **{name: facts.get(name) for name in ("why", "drawn", "needed")}}

    return run.finish(keep)


def _ordered(run: JobRun, project: Project, data: TrainingData) -> Array:
    """Places of the labels that the model learned from and the queue chose, in the order in which they were given."""
    learned = data.labeled(holdout=False)[0]
    place_of = dict(zip(data.items[learned].tolist(), learned.tolist(), strict=True))
    order = run.db.read(queue_order, project.id)
    return np.array([place_of[one] for one in order if one in place_of], dtype=np.int64)


def _why(metric: Metric | None, held: Array, ordered: Array) -> str | None:
    if metric is None:
        return "no_metric"
    if len(held) < savings.FEWEST:
        return "few_holdout"
    return "few_labels" if len(ordered) < savings.FEWEST else None


def _counted(
    run: JobRun, project: Project, row: Any, data: TrainingData, ordered: Array, held: Array, metric: Metric
) -> dict[str, Any]:
    problem, value_of, config = data.problem, _values(data), row.config
    run.progress(0, message=counted("reading {n} item", "reading {n} items", len(data.items)))
    try:
        again = partial(represent_again, representation_in(config))
        pool, spec = pool_of(data, again, spec_of(config))
    except LearningError as error:
        raise JobRefused(f"Model {row.number} can't be trained again: {error}.") from error

    def learn(taught: Array, asked: Array) -> savings.Said | None:
        places = np.sort(taught)
        targets = problem.encode([value_of[place] for place in places.tolist()])
        try:
            learned = loop.fit(pool, problem, places, targets, spec=spec, seed=config["seed"])
        except TooFewLabels:
            return None
        order = np.argsort(asked, kind="stable")
        proba = np.empty((len(asked), len(learned.model.classes)))
        proba[order] = loop.predict(pool, problem, learned, asked[order])
        return proba, learned.model.classes, problem.settings_of(learned.model)

    def judge_of(asked: Array, classes: Sequence[str], settings: dict[str, Any]) -> Judge:
        values = [value_of[place] for place in asked.tolist()]
        return Judge(problem, values, classes, settings, metric, data.schema.schema.model_dump())

    def tell(done: int, of: int) -> None:
        run.progress(done, of, "training models of the queue's labels and of random ones")

    rng = np.random.default_rng(project.settings.seed)
    found = savings.measure(ordered, held, learn, judge_of, rng, tell)
    if found is None:
        return {"why": "nothing_learned"}
    sign = -1.0 if metric.better == "lower" else 1.0
    return {
        "drawn": found.drawn,
        "needed": {"value": found.needed.value, "low": found.needed.low, "high": found.needed.high},
        "followed": found.needed.n,
        "score": sign * found.score,
        "curve": [{"labels": labels, "score": sign * score} for labels, score in found.curve],
    }


def _values(data: TrainingData) -> dict[int, Any]:
    """Answers by place."""
    found: dict[int, Any] = {}
    for holdout in (False, True):
        places, values = data.labeled(holdout=holdout)
        found |= dict(zip(places.tolist(), values, strict=True))
    return found
