"""The loop: labels -> dataset version -> model -> scores -> queue. Off the labelers' path, in its own process."""

import importlib.metadata
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.datasets.jobs import ensure_version
from labeler.datasets.reading import Version
from labeler.datasets.repository import Repository
from labeler.datasets.snapshot import latest as latest_version
from labeler.items.tables import items
from labeler.kit.columns import clock
from labeler.kit.db import upsert
from labeler.kit.jobs.registry import JobRun, job
from labeler.kit.revision import code_revision
from labeler.labels.tables import current_labels
from labeler.learning.errors import LearningError, TooFewLabels
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.pooled import stand_in, teachers_of
from labeler.learning.stopping import stabilised
from labeler.learning.strategies import get_strategy, rank
from labeler.learning.strategies.registry import Pool
from labeler.projects.access import Project, find_project
from labeler.projects.schemas import ProjectSettings
from labeler.queue.refill import LENGTH, Entry, open_items, put_in_force
from labeler.registry.artifacts import Predictions, as_prediction, folder_of, load_predictions, prune, save_predictions
from labeler.registry.service import kept_numbers, newest_model, next_number, record_model
from labeler.training.data import TrainingData, data_of
from labeler.training.embedding import wants_vectors
from labeler.training.fit import Fitted, fit
from labeler.training.repro import STAGE
from labeler.training.sight import see
from labeler.training.tables import training_marks
from labeler.training.trigger import has_ranking, want_coverage, want_vectors
from labeler.training.vectors import MapStore, encoder_for, why_without

KEPT = 5  # models whose files are kept though they were never promoted
PACKAGES = ("labeler", "numpy", "scipy", "scikit-learn", "skops", "pyarrow", "dvc")
COVERED = 20_000  # items that the order before the first model looks at
Array = np.ndarray[Any, Any]


@job("training.train")
def train(run: JobRun) -> Any:
    started = time.monotonic()
    project = run.db.read(find_project, run.project_id or 0)
    run.progress(0, 4, "making the dataset version")
    version_row = ensure_version(run, project, "Before training")
    version = Version(run.settings, project.id, version_row)
    data = data_of(run.settings, project.id, version)
    marks = version_row.marks
    look = partial(see, run.settings)
    try:
        fitted = fit(data, look=look, seed=project.settings.seed, tell=lambda step, text: run.progress(step, 4, text))
    except TooFewLabels as few:
        reason = _explain(data, few)
        return run.finish(lambda tx: _wait(tx, project, marks, reason))
    except LearningError as error:
        note = f"training failed: {error}"
        run.write(lambda tx: _mark(tx, project.id, marks, note))
        raise
    entries_of = _picks(run, project, data, fitted)
    before = run.db.read(newest_model, project.id)
    new_labels = version_row.counts["labels"] - (before.labels_seen if before is not None else 0)
    # Two models of nearly the same labels agree whatever they know: that says nothing about stopping.
    enough = before is None or 2 * new_labels >= project.settings.retrain_every
    stop = _stop_advice(run, project, data, fitted, before) if enough else before.stop
    number = run.db.read(next_number, project.id)
    folder = folder_of(run.settings, project.id, number)
    sha256 = fitted.model.save(folder)
    save_predictions(folder, data.items, fitted.proba)
    config = _config(project, fitted, version_row)
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
        "metrics": fitted.metrics,
        "baselines": fitted.baselines,
        "config": config,
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "code_revision": code_revision(),
        "sha256": sha256,
        "stop": stop,
    }

    def swap(tx: Connection) -> dict[str, Any]:
        model_id = record_model(tx, values | {"duration_s": round(time.monotonic() - started, 3)})
        put_in_force(tx, project, "model", model_id, entries_of(tx))
        _mark(tx, project.id, marks, "")
        if wants_vectors(run.settings, fitted):
            want_vectors(tx, project.id)
        repository.tag(f"model-{number}", commit)
        return {"model": number, "dataset": version_row.tag, "trained_on": fitted.trained_on}

    result = run.finish(swap)
    prune(run.settings, project.id, run.db.read(kept_numbers, project.id, KEPT))
    return result


def _picks(run: JobRun, project: Project, data: TrainingData, fitted: Fitted) -> Any:
    """A function that gives the ranking's entries of items still open when the queue is swapped."""
    wanted = np.array(run.db.read(open_items, project.id), dtype=np.int64)
    places = np.searchsorted(data.items, wanted)
    places = places[(places < len(data.items))]
    places = places[np.isin(data.items[places], wanted) & data.unlabeled[places] | (project.settings.overlap > 1)]
    settings = project.settings
    rng = np.random.default_rng([settings.seed, fitted.trained_on])
    pool = _pool(data, fitted, places, settings)
    ranking = rank(settings.strategy, pool.pool, min(LENGTH, len(pool.places)), settings.retrain_every, rng)
    order = pool.places[ranking.positions]
    shown = project.settings.show_suggestions

    def entries(tx: Connection) -> list[Entry]:
        ids = [int(item) for item in data.items[order]]
        still = _still_open(tx, ids)
        classes = fitted.model.classes
        return [
            Entry(item, float(score), as_prediction(fitted.proba[place], classes) if shown else None)
            for item, score, place in zip(ids, ranking.scores, order, strict=True)
            if item in still
        ]

    return entries


class _Candidates:
    def __init__(self, pool: Pool, places: Array) -> None:
        self.pool = pool
        self.places = places


def _pool(data: TrainingData, fitted: Fitted, places: Array, settings: ProjectSettings) -> _Candidates:
    """The pool a strategy sees: all open items, or the least certain ones when their features are wanted.

    Features are only made for as many items as a batch strategy looks at; ranking by probabilities
    alone needs none.
    """
    proba = fitted.proba[places]
    most = max(20_000, 40 * settings.retrain_every)
    wants_all = settings.strategy == "most_likely_positive"  # the surest are what it looks for
    if get_strategy(settings.strategy).needs == "model" and len(places) > most and not wants_all:
        top_two = np.partition(proba, -2, axis=1)[:, -2:]
        nearest = np.argpartition(top_two[:, 1] - top_two[:, 0], most)[:most]
        places = places[np.sort(nearest)]
        proba = fitted.proba[places]
    labeled, y = data.labeled(holdout=False)
    order = np.argsort(labeled, kind="stable")
    labeled, names = labeled[order], np.array(y, dtype=object)[order]
    if fitted.sight is not None:
        pooling = fitted.sight.pooling
        rows, known = pooling.around.vectors[places], pooling.around.vectors[labeled]
        near = pooling.affinity[places][:, places]
        estimator = stand_in(settings.strategy, known, names, settings.seed)
        return _Candidates(Pool(rows, proba, estimator, known, names, neighbours=near), places)
    pipeline = fitted.model.pipeline
    blocks = data.blocks(pipeline)
    features = data.rows(pipeline, blocks, places) if len(places) else pipeline.transform(blocks[0][:0])
    labeled_rows = data.rows(pipeline, blocks, labeled)
    return _Candidates(Pool(features, proba, fitted.model.estimator, labeled_rows, names), places)


def _still_open(tx: Connection, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        found |= set(tx.execute(sa.select(items.c.id).where(items.c.id.in_(part), items.c.needed > 0)).scalars())
    return found


def _stop_advice(run: JobRun, project: Project, data: TrainingData, fitted: Fitted, before: Any) -> dict[str, Any]:
    """Compare with the model before on the items that nobody has labeled."""
    places = np.flatnonzero(data.unlabeled)
    now = fitted.proba[places].argmax(axis=1)
    names = np.array(fitted.model.classes, dtype=object)[now]
    stored: Predictions | None = None
    if before is not None:
        folder = folder_of(run.settings, project.id, before.number)
        stored = load_predictions(folder, before.config["classes"])
    if stored is None:
        return stabilised([], [], [])
    common = np.isin(data.items[places], stored.items)
    rows = stored.proba[np.searchsorted(stored.items, data.items[places][common])]
    earlier = np.array(stored.classes, dtype=object)[rows.argmax(axis=1)]
    history = [*((before.stop or {}).get("history") or [])]
    advice = stabilised(earlier.astype(str), names[common].astype(str), history)
    return advice | {"history": [*history, advice["kappa"]][-5:]}


def _config(project: Project, fitted: Fitted, version: Any) -> dict[str, Any]:
    return {
        "model": fitted.model.model,
        "sight": None if fitted.sight is None else fitted.sight.config,
        "weights": teachers_of(fitted.model),
        "features": fitted.model.pipeline.config(),
        "classes": fitted.model.classes,
        "seed": project.settings.seed,
        "strategy": project.settings.strategy,
        "dataset": {"tag": version.tag, "content_hash": version.content_hash},
        "predictions_sha256": fitted.predictions_sha256,
    }


def _explain(data: TrainingData, few: TooFewLabels) -> str:
    seen = sorted(set(data.labeled(holdout=False)[1]))
    if seen:
        return f'{few}: so far every training item is "{seen[0]}"'
    return f"{few}: none of the labeled items is outside the holdout yet"


def _wait(tx: Connection, project: Project, marks: dict[str, int], reason: str) -> dict[str, Any]:
    _mark(tx, project.id, marks, reason)
    if not has_ranking(tx, project.id):
        want_coverage(tx, project.id)
    return {"model": None, "reason": reason}


def _mark(tx: Connection, project_id: int, marks: dict[str, int], note: str) -> None:
    row = {"label_id": marks["label"], "item_id": marks["item"], "note": note, "at": clock()}
    insert = upsert(tx, training_marks).values(project_id=project_id, **row)
    tx.execute(insert.on_conflict_do_update(index_elements=["project_id"], set_=row))


@job("training.coverage")
def coverage(run: JobRun) -> Any:
    """The order before there is a model: typical and different items first, not the order of the file."""
    project = run.db.read(find_project, run.project_id or 0)
    if run.db.read(newest_model, project.id) is not None:
        return {"ranked": 0, "reason": "a model ranks the queue"}
    found = _seen(run, project) or _read(run, project)
    if found is None:
        return {"ranked": 0, "reason": "no open items"}
    known, rows = found
    run.progress(1, 2, "covering the pool")
    rng = np.random.default_rng(project.settings.seed)
    ranking = rank("coverage", Pool(rows), min(LENGTH, len(known)), LENGTH, rng)

    def swap(tx: Connection) -> dict[str, Any]:
        if newest_model(tx, project.id) is not None:
            return {"ranked": 0, "reason": "a model ranks the queue"}
        ids = [int(known[place]) for place in ranking.positions]
        still = _still_open(tx, ids)
        entries = [Entry(item, None) for item in ids if item in still]
        put_in_force(tx, project, "coverage", None, entries)
        return {"ranked": len(entries)}

    return run.finish(swap)


def _seen(run: JobRun, project: Project) -> tuple[Array, Array] | None:
    """Open items and their sentence vectors, when a map has all items."""
    latest = run.db.read(latest_version, project.id)
    encoder = None if why_without(run.settings) else encoder_for(run.settings)
    if latest is None or encoder is None:
        return None
    data = data_of(run.settings, project.id, Version(run.settings, project.id, latest))
    assert data.cache is not None
    wanted = np.array(run.db.read(open_items, project.id), dtype=np.int64)
    around = MapStore(data.cache, encoder.key).find(len(data.items)) if np.isin(wanted, data.items).all() else None
    if around is None or not len(wanted):
        return None
    chosen = np.sort(np.random.default_rng(project.settings.seed).permutation(np.sort(wanted))[:COVERED])
    return chosen, np.asarray(around.vectors[np.searchsorted(data.items, chosen)])


def _read(run: JobRun, project: Project) -> tuple[Array, Any] | None:
    """Open items and their features, from the database."""
    statement = (
        sa.select(items.c.id, items.c.content)
        .where(items.c.project_id == project.id, items.c.needed > 0, items.c.split == "train")
        .order_by(items.c.shuffle)
        .limit(COVERED)
    )
    rows = run.db.read(lambda tx: tx.execute(statement).all())
    if not rows:
        return None
    run.progress(0, 2, f"reading {len(rows):,} items")
    contents = [row.content for row in rows]
    pipeline = pipeline_for(contents[:500])
    blocks = [pipeline.extract(contents)]
    pipeline.fit(blocks)
    return np.array([row.id for row in rows]), pipeline.transform(blocks[0])


@job("training.recount")
def recount(run: JobRun) -> dict[str, int]:
    """Another overlap: count anew how many labels each item still needs, in short transactions."""
    project = run.db.read(find_project, run.project_id or 0)
    given = (
        sa.select(sa.func.count())
        .select_from(current_labels)
        .where(current_labels.c.item_id == items.c.id)
        .scalar_subquery()
    )
    wanted = sa.literal(project.settings.overlap, sa.Integer) - given
    update = sa.update(items).values(needed=sa.case((wanted > 0, wanted), else_=0))
    part = sa.select(items.c.id).where(items.c.project_id == project.id).order_by(items.c.id).limit(2000)
    after, changed = 0, 0

    def step(tx: Connection) -> Sequence[int]:
        ids = tx.execute(part.where(items.c.id > after)).scalars().all()
        tx.execute(update.where(items.c.id.in_(ids)))
        return ids

    while ids := run.write(step):
        after, changed = ids[-1], changed + len(ids)
        run.progress(changed, None, f"{changed:,} items")
    return {"items": changed}
