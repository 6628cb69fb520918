"""The loop: labels -> dataset version -> model -> scores -> queue. Off the labelers' path, in its own process."""

import time
from dataclasses import asdict
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection

from labeler.datasets.jobs import ensure_version
from labeler.datasets.reading import Version
from labeler.datasets.remotes import want_push
from labeler.datasets.repository import Repository
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRun, job
from labeler.kit.revision import code_revision
from labeler.learning.errors import LearningError, TooFewLabels
from labeler.learning.evaluation.holdout import pace
from labeler.learning.features.encoders import encoder_name
from labeler.learning.fitting import teachers_of
from labeler.projects.access import Project, find_project
from labeler.queue.rankings import put_in_force
from labeler.registry.artifacts import folder_of, prune, save_predictions
from labeler.registry.encoders import encoders_beside
from labeler.registry.packages import packages_here
from labeler.registry.service import kept_numbers, newest_model, next_number, record_model
from labeler.registry.slice_scores import record_scores, unmeasured
from labeler.registry.soundness import norm_before
from labeler.registry.test_runs import outdated_cases, record_runs
from labeler.test_cases.service import to_run, withheld_ids
from labeler.training.check_again import needs_cost, want_check
from labeler.training.checks import measure_slices, run_cases, seen_by, slices_of
from labeler.training.dvc_stage import STAGE
from labeler.training.early_selection import ahead_of
from labeler.training.fit import Fitted, fit
from labeler.training.jobs.embed import wants_vectors
from labeler.training.model_searches import want_search
from labeler.training.model_spec import spec_for
from labeler.training.pool.dask import why_without
from labeler.training.pool.data import data_of
from labeler.training.pool.representation import represent, represent_by
from labeler.training.selection import picks
from labeler.training.stop_advice import advice, remember_round, same_advice, searched_label, target_score
from labeler.training.tables import training_marks
from labeler.training.too_few import explain
from labeler.training.trigger import has_ranking, want_coverage, want_vectors

KEPT = 5  # models whose files are kept though they were never promoted


@job("training.train")
def train(run: JobRun) -> Any:
    started = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    run.progress(0, 4, "making the dataset version")
    version_row = ensure_version(run, project, "Before training")
    version = Version(run.settings, project.id, version_row)
    withheld = run.db.read(withheld_ids, project.id)
    data = data_of(run.settings, project.id, version, withheld, project.settings.left_out_columns)
    marks = _seen(run, version_row.marks)
    look = partial(represent, run.settings)
    others = [partial(represent_by, encoder) for encoder in encoders_beside(run.settings)]
    alone = why_without(run.settings.dask_scheduler)
    note = f" ({alone}: working here)" if alone else ""
    try:
        fitted = fit(
            data,
            look=look,
            seed=project.settings.seed,
            spec=run.db.read(spec_for, project),
            tell=lambda step, text: run.progress(step, 4, text + note),
            ahead=ahead_of(run, project, data),
            others=others,
        )
    except TooFewLabels as few:
        reason = explain(data, few)
        return run.finish(lambda tx: _wait(tx, project, marks, reason))
    except LearningError as error:
        note = f"training failed: {error}"
        run.write(lambda tx: _mark(tx, project.id, marks, note))
        raise
    before = run.db.read(newest_model, project.id)
    new_labels = version_row.counts["labels"] - (before.labels_seen if before is not None else 0)
    # Two models of nearly the same labels agree whatever they know: that says nothing about stopping.
    enough = before is None or 2 * new_labels >= project.settings.retrain_every
    enough = enough or searched_label(before.stop) != project.settings.find_label
    number = run.db.read(next_number, project.id)
    picked = picks(run, project, fitted, number)
    folder = folder_of(run.settings, project.id, number)
    sha256 = fitted.model.save(folder)
    save_predictions(folder, data.items, fitted.proba)
    remember_round(run.settings, project.id, number, fitted)
    again = enough or not before.stop
    stop = advice(run, project, fitted, before) if again else same_advice(run, project, fitted, before.stop)
    judging = pace(project.settings.holdout_share, fitted.score, target_score(project, fitted.problem))
    config = _config(project, fitted, version_row)
    pool = seen_by(fitted)
    ran = run_cases(project, pool, config, run.db.read(to_run, project))
    measured = measure_slices(pool, data, config, run.db.read(slices_of, run.settings, project))
    repository = Repository(run.settings, project.id)
    files = {"model.json": orjson.dumps(config, option=orjson.OPT_INDENT_2), "dvc.yaml": STAGE}
    commit = repository.commit_beside(version_row.git_commit, files, f"Model {number}")
    values = {
        "project_id": project.id,
        "number": number,
        "dataset_version_id": version_row.id,
        "stage": "candidate",
        "trained_on": fitted.trained_on,
        "holdout_size": fitted.holdout_size,
        "labels_seen": version_row.counts["labels"],
        "metrics": fitted.measured,
        "baselines": {name: report.to_dict() for name, report in fitted.baselines.items()},
        "config": config,
        "packages": packages_here(),
        "code_revision": code_revision(),
        "sha256": sha256,
        "stop": stop,
        "soundness": _soundness(run, project, fitted),
    }

    def swap(tx: Connection) -> dict[str, Any]:
        model_id = record_model(tx, values | {"duration_s": round(time.monotonic() - started, 3)})
        record_runs(tx, project.id, model_id, ran)
        record_scores(tx, project.id, model_id, measured)
        put_in_force(tx, project, picked.kind, model_id, picked.entries(tx), judging)
        _mark(tx, project.id, marks, "")
        if outdated_cases(tx, project.id, model_id) or unmeasured(tx, project.id, model_id) or needs_cost(project):
            want_check(tx, project.id)  # of what changed while it was trained, and what can wait
        if wants_vectors(run.settings, fitted):
            want_vectors(tx, project.id)
        want_search(tx, project, fitted.trained_on, config["representation"])
        repository.tag(f"model-{number}", commit)
        if run.settings.git_remote:
            want_push(tx, project.id)
        told = {"model": number, "dataset": version_row.tag, "trained_on": fitted.trained_on}
        return told | ({"note": f"{alone}: worked here"} if alone else {})

    result = run.finish(swap)
    prune(run.settings, project.id, run.db.read(kept_numbers, project.id, KEPT))
    return result


def _config(project: Project, fitted: Fitted, version: Any) -> dict[str, Any]:
    return {
        "model": fitted.model.model,
        "params": fitted.params,
        "representation": None if fitted.representation is None else fitted.representation.config,
        "weights": teachers_of(fitted.model),
        **_evidence(fitted),
        "features": fitted.model.pipeline.config(),
        "problem": fitted.problem.name,
        "classes": fitted.model.classes,
        "decoding": fitted.settings,
        "schema_version": fitted.pool.data.schema.version,
        "seed": project.settings.seed,
        "strategy": project.settings.strategy,
        "dataset": {"tag": version.tag, "content_hash": version.content_hash},
        "withheld": fitted.pool.data.left_out,
        "left_out_columns": list(fitted.pool.data.left_out_columns),
        "predictions_sha256": fitted.predictions_sha256,
    }


def _soundness(run: JobRun, project: Project, fitted: Fitted) -> dict[str, Any] | None:
    if fitted.soundness is None:
        return None
    return asdict(fitted.soundness) | {
        "norm_before": run.db.read(norm_before, project.id, fitted.model.model, fitted.params)
    }


def _evidence(fitted: Fitted) -> dict[str, Any]:
    """What each encoder was worth, by name, where there was a choice."""
    found = fitted.evidence
    return {} if found is None else {"evidence": {encoder_name(sha256): value for sha256, value in found.items()}}


def _seen(run: JobRun, marks: dict[str, int]) -> dict[str, int]:
    """The newest label and item that this training has seen: of the version, and what was there when it was asked for.
    What was removed since is in no version, and would be new for ever."""
    label, item = run.args.get("newest", (0, 0))
    return {"label": max(marks["label"], label), "item": max(marks["item"], item)}


def _wait(tx: Connection, project: Project, marks: dict[str, int], reason: str) -> dict[str, Any]:
    _mark(tx, project.id, marks, reason)
    if not has_ranking(tx, project.id):
        want_coverage(tx, project.id)
    return {"model": None, "reason": reason}


def _mark(tx: Connection, project_id: int, marks: dict[str, int], note: str) -> None:
    row = {"label_id": marks["label"], "item_id": marks["item"], "note": note, "at": clock()}
    insert = upsert(tx, training_marks).values(project_id=project_id, **row)
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=row))
