"""Searching for a project's model as a job: on a dataset version, the holdout left out, behind everything else."""

import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.jobs import ensure_version
from labeler.datasets.reading import Version
from labeler.datasets.service import find_version
from labeler.datasets.snapshot import latest
from labeler.kit.columns import clock
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.learning.errors import LearningError, TooFewLabels, UnknownName
from labeler.learning.features.table import TablePipeline
from labeler.learning.model_selection.search import FEWEST, PoolFit, search, suited
from labeler.learning.model_selection.trials import Found
from labeler.projects.access import Project, find_project
from labeler.registry.encoders import encoders_beside
from labeler.registry.service import newest_model
from labeler.test_cases.service import withheld_ids
from labeler.training.model_searches import SEARCHED
from labeler.training.model_spec import model_alone, representation_in, representation_name, spec_for
from labeler.training.pool.data import TrainingData, data_of
from labeler.training.pool.representation import Representation, represent, represent_by
from labeler.training.tables import model_searches
from labeler.training.trigger import request_training

WAITED = 0.7  # seconds after which a job that waits is let go first
PAUSE = 5.0  # seconds until the search asks again


class _GivesWay(Exception):
    """Somebody else waits for a worker."""


@job("training.search", gives_way=True)
def search_model(run: JobRun) -> Any:
    """Compare models on the labels of a dataset version; what was measured is kept when the job is interrupted."""
    project = run.db.read(find_project, run.project_id or 0)
    saved: dict[str, Any] = run.saved or {"version": _version(run, project).version, "known": {}, "seconds": 0.0}
    saved.setdefault("seed", project.settings.seed)
    row = run.db.read(find_version, project.id, saved["version"])
    started, before = time.monotonic(), saved["seconds"]

    def tell(done: int, total: int, text: str) -> None:
        saved["seconds"] = round(before + time.monotonic() - started, 3)
        run.write(lambda tx: engine.save(tx, run.id, run.attempt, saved, done=done, total=total, message=text))
        if run.others_wait(WAITED):
            raise _GivesWay

    try:
        version = Version(run.settings, project.id, row)
        withheld = saved.setdefault("withheld", run.db.read(withheld_ids, project.id))
        left_out = saved.setdefault("left_out_columns", project.settings.left_out_columns)
        data = data_of(run.settings, project.id, version, withheld, left_out)
        representation, found = _search(run, data, saved, tell)
    except _GivesWay:
        return run.give_way(PAUSE)
    except LearningError as error:
        raise JobRefused(f"Not searched: {error}.") from error
    values = {
        "project_id": project.id,
        "dataset_version_id": row.id,
        "labels": found.labels,
        "representation": representation_name(representation),
        "seed": saved["seed"],
        "model": found.chosen.model,
        "params": found.chosen.params,
        "results": found.to_dict(),
        "duration_s": round(before + time.monotonic() - started, 3),
        "created_by": run.created_by,
        "created_at": clock(),
    }
    return run.finish(lambda tx: _record(tx, project.id, values))


def _version(run: JobRun, project: Project) -> Any:
    """The dataset version to search on: the last training's, or one of the present state for the one who asked."""
    newest = run.db.read(latest, project.id)
    if newest is not None and "labels" in run.args:
        return newest
    return ensure_version(run, project, "Before a search for the model")


def _search(run: JobRun, data: TrainingData, saved: dict[str, Any], tell: Any) -> tuple[dict[str, Any] | None, Found]:
    if data.problem.name != SEARCHED:
        raise UnknownName("models are only searched for questions with one label an answer")
    positions, y = data.labeled(holdout=False)
    pipeline = data.choose_pipeline()
    blocks = data.blocks(pipeline)
    if len(y) < FEWEST:
        raise TooFewLabels(f"a search needs {FEWEST} labels outside the holdout, there are {len(y)}")
    representation = _seen(run, data, pipeline, blocks)
    config = None if representation is None else representation.config
    # Sentence vectors may have come in between: what is known is then of another pool.
    if saved.setdefault("representation", config) != config:
        saved |= {"representation": config, "known": {}}
    rows = data.rows(pipeline, blocks, positions)
    pool = (
        None if representation is None else PoolFit(pipeline, representation.pooling, representation.inside(positions))
    )
    models = suited(is_table=isinstance(pipeline, TablePipeline))
    found = search(rows, y, models=models, seed=saved["seed"], pool=pool, tell=tell, known=saved["known"])
    return config, found


def _seen(run: JobRun, data: TrainingData, pipeline: Any, blocks: Any) -> Representation | None:
    """The pool as the newest model sees it, where that is through another encoder than the first; else as any would."""
    newest = run.db.read(newest_model, run.project_id or 0)
    sha256 = None if newest is None else (representation_in(newest.config) or {}).get("sha256")
    chosen = (encoder for encoder in encoders_beside(run.settings) if encoder.sha256 == sha256)
    seen = next((represent_by(encoder, data, pipeline, blocks) for encoder in chosen), None)
    return seen or represent(run.settings, data, pipeline, blocks)


def _record(tx: Connection, project_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """Keep the result; where it changes what the project's setting makes, train with it."""
    tx.execute(sa.insert(model_searches).values(values))
    newest = newest_model(tx, project_id)
    if newest is not None:
        wanted = model_alone(spec_for(tx, find_project(tx, project_id)), representation_in(newest.config))
        has = (newest.config["model"], newest.config.get("params") or {})
        default = values["results"]["default"]["model"]
        if has != ((default, {}) if wanted is None else (wanted.model, wanted.params)):
            request_training(tx, project_id, "search")
    return {name: values[name] for name in ("model", "params", "labels")} | {"reason": values["results"]["reason"]}
