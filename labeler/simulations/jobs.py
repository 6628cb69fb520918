"""Simulating strategies on a project's labels, with the pool and the kind of its newest model."""

import time
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.errors import LearningError
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.judge import metric_for
from labeler.learning.labeled_pool import LabeledPool
from labeler.learning.numeric.types import Array
from labeler.learning.simulable import FEWEST, MOST
from labeler.learning.simulation import Simulated, Simulation, simulate
from labeler.projects.access import find_project
from labeler.registry.service import find_model
from labeler.simulations.drawn import drawn_and_chosen
from labeler.simulations.service import KEPT, too_few
from labeler.simulations.tables import simulations
from labeler.training.again import data_behind
from labeler.training.fit import pool_of
from labeler.training.model_spec import representation_in, spec_of
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import represent_again

Kept = dict[str, Any]


@job("simulations.simulate")
def run_simulation(run: JobRun) -> Any:
    """Result: the model, the labels used, the best strategy with what it needed, or none."""
    began = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    row = run.db.read(find_model, project.id, run.args["number"])
    metric = metric_for(project.task.problem, project.settings.requirements.optimize or "")
    if metric is None:
        raise JobRefused("This kind of question has no metric that strategies could be compared by.")
    data, config = data_behind(run, row), row.config
    places, values = _labeled(data)
    if len(places) < FEWEST:
        raise JobRefused(f"Of what model {row.number} could learn from: {too_few(len(places))} Then train again.")
    of = len(places)
    if of > MOST:
        some = np.sort(np.random.default_rng(project.settings.seed).choice(of, MOST, replace=False))
        places, values = places[some], [values[one] for one in some.tolist()]
    run.progress(0, message=counted("reading {n} item", "reading {n} items", len(data.items)))

    def tell(done: int, total: int) -> None:
        run.progress(done, total, "training models of the labels that strategies would have asked for")

    try:
        again = partial(represent_again, representation_in(config))
        pool, spec = pool_of(data, again, spec_of(config))
        found = simulate(
            LabeledPool.of(pool, places),
            data.problem,
            values,
            run.args["strategies"],
            metric,
            spec=spec,
            seeds=run.args["seeds"],
            seed=project.settings.seed,
            schema=data.schema.schema.model_dump(),
            tell=tell,
        )
    except LearningError as error:
        raise JobRefused(f"The strategies can't be simulated with model {row.number}: {error}.") from error
    if found is None:
        raise JobRefused("No model learns from ten of the labels, however they are drawn: nearly all say the same.")
    drawn, chosen = run.db.read(drawn_and_chosen, project.id, data.items[places].tolist())
    facts = _facts(found, -1.0 if metric.better == "lower" else 1.0) | {
        "seeds": run.args["seeds"],
        "metric": metric.name,
        "labels": of,
        "used": len(places),
        "drawn_at_random": drawn,
        "chosen_by_queue": chosen,
        "took_ms": round(1000 * (time.monotonic() - began)),
    }

    def keep(tx: Connection) -> Kept:
        row_values = {"project_id": project.id, "model_id": row.id, "facts": facts, "created_at": clock()}
        tx.execute(sa.insert(simulations).values(row_values))
        newest = sa.select(simulations.c.id).where(simulations.c.project_id == project.id)
        newest = newest.order_by(simulations.c.id.desc()).limit(KEPT)
        kept = list(tx.execute(newest).scalars())
        tx.execute(sa.delete(simulations).where(simulations.c.project_id == project.id, simulations.c.id < kept[-1]))
        return {"model": row.number, "used": len(places), "best": facts["best"], "needed": _needed(facts)}

    return run.finish(keep)


def _labeled(data: TrainingData) -> tuple[Array, list[Any]]:
    """Rising places of the labeled items, those of the holdout among them, and their answers. What test cases hold is
    left out, as in a training."""
    (learned, said), (held, held_said) = data.labeled(holdout=False), data.labeled(holdout=True)
    places, values = np.concatenate([learned, held]), [*said, *held_said]
    order = np.argsort(places, kind="stable")
    return places[order], [values[one] for one in order.tolist()]


def _facts(found: Simulation, sign: float) -> Kept:
    """As it is kept, scores turned back to the metric's own."""
    told = [_strategy(one, sign) for one in found.strategies]
    sure = [one for one in told if one["verdict"] == "fewer"]
    best = min(sure, key=lambda one: one["needed"]["value"], default=None)
    return {
        "first": found.strategies[0].curve[0][0],
        "pool": found.pool,
        "tested": found.tested,
        "full": _figure(found.full, sign),
        "mark": sign * found.mark,
        "strategies": told,
        "best": None if best is None else best["name"],
    }


def _strategy(one: Simulated, sign: float) -> Kept:
    verdict = None
    if one.fewer is not None and one.fewer.low is not None and one.fewer.high is not None:
        verdict = "fewer" if one.fewer.low > 0 else "more" if one.fewer.high < 0 else "cant_tell"
    return {
        "name": one.name,
        "curve": [{"labels": labels, "score": _figure(score, sign)} for labels, score in one.curve],
        "needed": _figure(one.needed),
        "fewer": None if one.fewer is None else _figure(one.fewer),
        "ahead": None if one.ahead is None else _figure(one.ahead),
        "verdict": verdict,
    }


def _figure(estimate: Estimate, sign: float = 1.0) -> Kept:
    found = {name: value for name, value in asdict(estimate).items() if name != "n"}
    if sign > 0:
        return found
    value, low, high = estimate.value, estimate.low, estimate.high
    assert value is not None and low is not None and high is not None
    return {"value": -value, "low": -high, "high": -low}


def _needed(facts: Kept) -> float | None:
    best = next((one for one in facts["strategies"] if one["name"] == facts["best"]), None)
    return None if best is None else best["needed"]["value"]
