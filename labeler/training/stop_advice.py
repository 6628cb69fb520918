"""Whether more labels are worth it: from what the last models say about the holdout, and the learning curve."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.kit.config import Settings
from labeler.kit.files import written_whole
from labeler.kit.jobs.registry import JobRun
from labeler.labels.queries import labels_in_order
from labeler.learning.evaluation.classification import Estimate
from labeler.learning.evaluation.learning_curve import Point, extrapolate, missing
from labeler.learning.evaluation.recall import recall_estimate, stop_at, unfound
from labeler.learning.evaluation.stopping import Round, advise, stabilized
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.registry.artifacts import Predictions, folder_of, load_predictions
from labeler.registry.tables import model_versions
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData

KEPT_ROUNDS = 60
AHEAD = (0, 50, 100, 200, 400)  # labels from now that the curve is followed for


def advice(run: JobRun, project: Project, data: TrainingData, fitted: Fitted, before: Any) -> dict[str, Any]:
    """What to tell people about stopping, after this training."""
    points = run.db.read(_points, project.id)
    if fitted.metrics is not None and fitted.metrics["accuracy"]["value"] is not None:
        points.append(Point(fitted.trained_on, fitted.metrics["accuracy"]["value"], fitted.holdout_size))
    rounds = _rounds(run.settings, project.id)
    settled = _settled(run, project, data, fitted, before)
    told = advise(settled, rounds, points, project.settings.target_accuracy, project.settings.seed)
    wanted = project.settings.find_label
    if wanted is not None:
        told |= _search(run.db.read(labels_in_order, project.id), wanted, data)
    elif told["advice"] == "stop" and _is_a_guess(fitted):
        told["advice"] = "nearly there"
        told["reason"] += f"; but {fitted.holdout_size} holdout labels can't tell the accuracy from guessing yet"
    return told | {"history": settled["history"], "forecast": _forecast(points, project.settings.seed)}


def _search(answers: list[tuple[int, Any]], wanted: str, data: TrainingData) -> dict[str, Any]:
    """How far the search for all items of one label is: what is found, what is left, whether to stop.

    The labeled holdout is a random sample of the pool, and tells how many there are in all.
    """
    pool, hits = len(data.items), [value == wanted for _, value in answers]
    told = stop_at(hits, max(pool, len(hits)))
    held = set(data.items[data.holdout].tolist())
    sample = [value == wanted for item, value in answers if item in held]
    in_all, found = unfound(sum(sample), len(sample), max(pool, len(sample))), int(sum(hits))
    total = (in_all.value, in_all.low, in_all.high)
    value, low, high = (None if one is None else max(0.0, one - found) for one in total)
    left = Estimate(value, low, high, in_all.n)
    finding = {"label": wanted, "found": found, "left": asdict(left), "recall": asdict(recall_estimate(found, left))}
    return {"advice": "stop" if told["stop"] else "keep going", "reason": told["reason"], "finding": finding}


def searched_label(stop: dict[str, Any] | None) -> str | None:
    """The label whose items were all to be found when this advice was given."""
    label: str | None = ((stop or {}).get("finding") or {}).get("label")
    return label


def _is_a_guess(fitted: Fitted) -> bool:
    """Whether the accuracy's interval still holds what always saying the most common label would reach."""
    majority = ((fitted.baselines.get("majority") or {}).get("accuracy") or {}).get("value")
    low = ((fitted.metrics or {}).get("accuracy") or {}).get("low")
    return low is None or (majority is not None and low <= majority)


def _forecast(points: list[Point], seed: int) -> list[dict[str, Any]]:
    """Where the learning curve leads: scores with intervals, none while there are too few points."""
    if not points or missing(points) is not None:
        return []
    now = max(point.labels for point in points)
    return [{"labels": now + more, **asdict(extrapolate(points, now + more, seed))} for more in AHEAD]


def _points(tx: Connection, project_id: int) -> list[Point]:
    columns = (model_versions.c.trained_on, model_versions.c.holdout_size, model_versions.c.metrics)
    statement = sa.select(*columns).where(model_versions.c.project_id == project_id).order_by(model_versions.c.number)
    scored = [(row, ((row.metrics or {}).get("accuracy") or {}).get("value")) for row in tx.execute(statement)]
    return [Point(row.trained_on, score, row.holdout_size) for row, score in scored if score is not None]


def remember_round(settings: Settings, project_id: int, number: int, data: TrainingData, fitted: Fitted) -> None:
    """Keep what this model says about the holdout, also when its other files are pruned."""
    places = np.flatnonzero(data.holdout)
    names = np.array(fitted.model.classes, dtype=np.str_)[fitted.proba[places].argmax(axis=1)]
    folder = _folder(settings, project_id)
    with written_whole(folder / f"{number}.npz") as file:
        np.savez(file, labels=np.array(fitted.trained_on), items=data.items[places], predictions=names)
    for old in sorted(_numbers(folder))[:-KEPT_ROUNDS]:
        (folder / f"{old}.npz").unlink(missing_ok=True)


@dataclass(frozen=True)
class _Kept:
    labels: int
    items: Array
    predictions: Array


def _rounds(settings: Settings, project_id: int) -> list[Round]:
    """Predictions of the last models, oldest first, on the holdout items that all of them know."""
    folder = _folder(settings, project_id)
    kept = []
    for number in sorted(_numbers(folder)):
        try:
            with np.load(folder / f"{number}.npz", allow_pickle=False) as found:
                kept.append(_Kept(int(found["labels"]), found["items"], found["predictions"]))
        except (OSError, ValueError, KeyError):
            continue
    kept = [one for one in kept if kept and 2 * one.labels >= kept[-1].labels]
    if not kept:
        return []
    common = kept[0].items
    for one in kept[1:]:
        common = np.intersect1d(common, one.items)
    return [Round(one.labels, one.predictions[np.searchsorted(one.items, common)].tolist()) for one in kept]


def _folder(settings: Settings, project_id: int) -> Path:
    return settings.home / "models" / str(project_id) / "rounds"


def _numbers(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("*.npz") if path.stem.isdigit()]


def _settled(run: JobRun, project: Project, data: TrainingData, fitted: Fitted, before: Any) -> dict[str, Any]:
    """Compare with the model before on the items that nobody has labeled."""
    places = np.flatnonzero(data.unlabeled)
    now = fitted.proba[places].argmax(axis=1)
    names = np.array(fitted.model.classes, dtype=object)[now]
    stored: Predictions | None = None
    if before is not None:
        folder = folder_of(run.settings, project.id, before.number)
        stored = load_predictions(folder, before.config["classes"])
    if stored is None:
        return stabilized([], [], []) | {"history": []}
    common = np.isin(data.items[places], stored.items)
    rows = stored.proba[np.searchsorted(stored.items, data.items[places][common])]
    earlier = np.array(stored.classes, dtype=object)[rows.argmax(axis=1)]
    history = [*((before.stop or {}).get("history") or [])]
    settled = stabilized(earlier.astype(str), names[common].astype(str), history)
    return settled | {"history": [*history, settled["kappa"]][-5:]}
