"""Background work on columns: weighing them, and training a model without one."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Connection

from labeler.column_use.holdout import asked, few, held_of, metric_of
from labeler.column_use.looking import Look, fingerprint, take, times_of
from labeler.column_use.tables import column_looks, column_trials
from labeler.column_use.trial import without
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.errors import Unavailable
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.column_use.importance import FEWEST
from labeler.learning.errors import LearningError
from labeler.projects.access import Project, find_project
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.predict import load_model
from labeler.training.pool.data import TrainingData, data_of_model

PAUSE = 5.0  # seconds until it goes on after it gave way


class _OthersWait(Exception):
    pass


@job("column_use.weigh", gives_way=True)
def weigh(run: JobRun) -> Any:
    """Result: the model, how many columns were looked at, and how many are surely useful."""
    started = time.monotonic()
    project, row, data = _begin(run)
    try:
        model = load_model(run.settings, row)
    except Unavailable as error:
        raise JobRefused(str(error)) from error
    held, metric = run.db.read(held_of, project, data), metric_of(project)
    look = Look(project, data, model, row.config, held, metric, {})
    ids = data.items[look.compared].tolist()
    of, saved = fingerprint(look), run.saved or {}
    known = saved.get("known", {}) if saved.get("of") == of else {}
    look = Look(project, data, model, row.config, held, metric, run.db.read(times_of, ids), known)

    def tell(done: int, total: int, text: str, found: Mapping[str, Any]) -> None:
        kept = {"of": of, "known": dict(found)}
        run.write(lambda tx: engine.save(tx, run.id, run.attempt, kept, done=done, total=total, message=text))
        if len(found) > len(known) and run.others_wait(1.0):
            raise _OthersWait

    try:
        facts = take(look, tell)
    except _OthersWait:
        run.give_way(PAUSE)
        return None
    except LearningError as error:
        raise JobRefused(f"The columns can't be weighed: {error}.") from error
    facts["took_ms"] = round(1000 * (time.monotonic() - started))
    useful = sum((one["importance"] or {}).get("low", 0) > 0 for one in facts["worth"])

    def keep(tx: Connection) -> dict[str, Any]:
        values = {"project_id": project.id, "facts": facts, "created_at": clock()}
        insert = upsert(tx, column_looks).values(model_id=row.id, **values)
        tx.execute(insert.on_conflict_do_update(index_elements=["model_id"], set_=values))
        told = {"model": row.number, "columns": len(facts["worth"]), "useful": useful}
        return told | {"why": facts["why"], "more": facts["more"]}

    return run.finish(keep)


@job("column_use.try")
def try_without(run: JobRun) -> Any:
    """Result: the model, the column, and the difference with its interval."""
    project, row, data = _begin(run)
    column, metric = run.args["column"], metric_of(project)
    kept = load_predictions(folder_of(run.settings, project.id, row.number))
    if kept is None or not np.array_equal(kept.items, data.items):
        raise JobRefused(f"What model {row.number} said of the items was pruned. Reproduce it first.")
    held = run.db.read(held_of, project, data)
    if metric is None or len(held.values) < FEWEST:
        raise JobRefused(few(len(held.values)))
    try:
        about = (project, data, row, column, held, metric, kept.proba)
        facts = without(*about, lambda step, text: run.progress(step, 4, text))
    except LearningError as error:
        raise JobRefused(f'Without "{column}" no model can be trained: {error}.') from error

    def keep(tx: Connection) -> dict[str, Any]:
        values = {"project_id": project.id, "facts": facts, "created_at": clock()}
        insert = upsert(tx, column_trials).values(model_id=row.id, name=column, **values)
        tx.execute(insert.on_conflict_do_update(index_elements=["model_id", "name"], set_=values))
        return {"model": row.number, "column": column, **facts["difference"], "metric": facts["metric"]}

    return run.finish(keep)


def _begin(run: JobRun) -> tuple[Project, Any, TrainingData]:
    project = run.db.read(find_project, run.project_id or 0)
    row = run.db.read(asked, project.id, run.args["number"])
    version = Version(run.settings, project.id, run.db.read(find_version, project.id, row.version))
    return project, row, data_of_model(run.settings, project.id, version, row.config)
