"""The test of the pipeline: from the raw items of a dataset version to a model, each prediction compared.

Nothing that an earlier training made is used: features are extracted and sentences read again. So it fails where code,
packages, the encoder or the files have changed, before somebody needs the model to be made again.
"""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.columns import clock
from labeler.kit.errors import Unavailable
from labeler.kit.events import Event, emit
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.errors import LearningError
from labeler.registry.artifacts import folder_of, load_predictions
from labeler.registry.packages import changed_packages
from labeler.registry.predict import load_model
from labeler.registry.service import live_model, newest_model
from labeler.retraining.tables import pipeline_tests
from labeler.training.again import data_behind, same_as_recorded, train_again
from labeler.training.fit import Fitted

SERVED = 500
"""Items that are asked as programs ask."""


@dataclass(frozen=True)
class PipelineTested(Event):
    """A model was trained again from its items. outcome: identical, differs, failed."""

    name: ClassVar[str] = "pipeline.tested"
    project_id: int
    model: int
    outcome: str
    error: str


@job("retraining.pipeline", gives_way=True)
def test_pipeline(run: JobRun) -> Any:
    """Result: the model, the outcome, and how many predictions were compared."""
    row = run.db.read(live_model, run.project_id or 0) or run.db.read(newest_model, run.project_id or 0)
    if row is None:
        raise JobRefused("There is no model yet that could be trained again.")
    start, error, found = time.monotonic(), "", None
    try:
        found = _again(run, row)
    except LearningError as failure:
        error = str(failure)
    outcome, facts = _compared(run, row, found)
    facts |= _served(run, row)
    facts |= {"nightly": bool(run.args.get("nightly")), "seconds": round(time.monotonic() - start, 1), "error": error}

    def keep(tx: Connection) -> dict[str, Any]:
        values = {"project_id": row.project_id, "model_id": row.id, "outcome": outcome, "facts": facts}
        tx.execute(sa.insert(pipeline_tests).values(**values, created_at=clock()))
        emit(tx, PipelineTested(row.project_id, row.number, outcome, error))
        return {"model": row.number, "outcome": outcome, "compared": facts["compared"]}

    return run.finish(keep)


def _again(run: JobRun, row: Any) -> Fitted:
    with tempfile.TemporaryDirectory(prefix="labeler-pipeline-") as cache:
        return train_again(run, row, replace(data_behind(run, row), cache=Path(cache)))


def _served(run: JobRun, row: Any) -> dict[str, Any]:
    """Training-serving skew: random items through the path of predictions, beside what training said of them. {} where
    its file or what it said is not here, or it can't answer."""
    kept = load_predictions(folder_of(run.settings, row.project_id, row.number))
    if kept is None or not len(kept.items):
        return {}
    data = data_behind(run, row)
    places = np.sort(np.random.default_rng(row.config["seed"]).permutation(len(data.items))[:SERVED])
    try:
        model = load_model(run.settings, row)
        said = model.predict_proba(data.contents(places))
    except (LearningError, Unavailable):
        return {}
    trained = np.asarray(kept.proba[places])
    about = (row.config["classes"], row.config.get("decoding") or {})
    differ = (data.problem.outcomes(said, *about) != data.problem.outcomes(trained, *about)).any(axis=1)
    return {
        "served": len(places),
        "served_differ": int(differ.sum()),
        "served_difference": float(np.abs(said - trained).max(initial=0.0)),
    }


def _compared(run: JobRun, row: Any, found: Fitted | None) -> tuple[str, dict[str, Any]]:
    report = row.metrics or {}
    metric = report.get("primary")
    facts: dict[str, Any] = {
        "compared": 0,
        "max_difference": None,
        "metric": metric,
        "then": None if metric is None else report["metrics"][metric]["value"],
        "now": None,
        "changed": changed_packages(row.packages),
    }
    if found is None:
        return "failed", facts
    identical, difference = same_as_recorded(run.settings, row, found)
    now = None if found.report is None or metric is None else found.report.metrics.get(metric)
    facts |= {"compared": len(found.proba), "max_difference": difference, "now": None if now is None else now.value}
    return "identical" if identical else "differs", facts
