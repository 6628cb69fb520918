"""Checking a model that was trained before, by what it said of its pool: the test cases and slices that are newer."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection

from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.projects.access import Project, find_project
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.service import find_model, live_model, newest_model, set_cost
from labeler.registry.slice_scores import record_scores, unmeasured
from labeler.registry.test_runs import outdated_cases, record_runs
from labeler.test_cases.service import to_run
from labeler.training.check_again import needs_cost
from labeler.training.checks import Pool, measure_slices, run_cases, slices_of
from labeler.training.measuring import ASKED, measure
from labeler.training.pool.data import TrainingData, data_of_model


@dataclass(frozen=True)
class Found:
    """What a model comes to, as the registry keeps it."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    slices: list[dict[str, Any]] = field(default_factory=list)
    cost: dict[str, Any] | None = None


@job("training.judge")
def judge(run: JobRun) -> Any:
    """One model, or the live and the newest one; only what is newer than the model's results is looked at. Result: the
    models, and how many test cases were run and slices measured."""
    project = run.db.read(find_project, run.project_id or 0)
    number = run.args.get("number")
    rows = [run.db.read(find_model, project.id, number)] if number is not None else run.db.read(_models, project.id)
    found = {}
    for row in rows:
        known = _check(run, project, row)
        if known is None and number is not None:
            raise JobRefused(f"What model {number} said of the items was pruned. Reproduce it first.")
        if known is not None:
            found[row.id] = known

    def keep(tx: Connection) -> dict[str, Any]:
        for model_id, known in found.items():
            record_runs(tx, project.id, model_id, known.cases)
            record_scores(tx, project.id, model_id, known.slices)
            if known.cost is not None:
                set_cost(tx, model_id, known.cost)
        ran, measured = (sum(len(getattr(one, name)) for one in found.values()) for name in ("cases", "slices"))
        return {"models": [row.number for row in rows], "run": ran, "measured": measured}

    return run.finish(keep)


def _models(tx: Connection, project_id: int) -> list[Any]:
    rows = [live_model(tx, project_id), newest_model(tx, project_id)]
    return list({row.id: row for row in rows if row is not None}.values())


def _check(run: JobRun, project: Project, row: Any) -> Found | None:
    """What a model comes to on the test cases and slices that it has no result of; None without its files."""
    cases, slices = run.db.read(outdated_cases, project.id, row.id), run.db.read(unmeasured, project.id, row.id)
    costs = needs_cost(project) and row.cost is None
    if not cases and not slices and not costs:
        return Found()
    kept = load_predictions(folder_of(run.settings, project.id, row.number))
    if kept is None:
        return None
    version = Version(run.settings, project.id, run.db.read(find_version, project.id, row.version))
    data = data_of_model(run.settings, project.id, version, row.config)
    pool = Pool(kept.items, kept.proba, data.items[data.labeled(holdout=False)[0]])
    wanted = [(case, expected) for case, expected in run.db.read(to_run, project) if case.id in cases]
    parts = [one for one in run.db.read(slices_of, run.settings, project) if one.id in slices]
    measured = measure_slices(pool, data, row.config, parts)
    cost = _cost(run, row, data) if costs else None
    return Found(run_cases(project, pool, row.config, wanted), measured, cost)


def _cost(run: JobRun, row: Any, data: TrainingData) -> dict[str, Any] | None:
    """What a prediction costs, asked about items drawn at random."""
    places = np.random.default_rng(row.config["seed"]).permutation(len(data.items))[:ASKED]
    return measure(folder_of(run.settings, row.project_id, row.number), row.sha256, data.contents(np.sort(places)))
