"""Whether more labels are worth it: from what the last models say about the holdout, and the learning curve."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labeler.kit.config import Settings
from labeler.kit.files import written_whole
from labeler.kit.jobs.registry import JobRun
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.learning_curve import Point, extrapolate, missing
from labeler.learning.evaluation.metrics import primary_metric
from labeler.learning.evaluation.recall import recall_estimate, stop_at, unfound
from labeler.learning.evaluation.stopping import Round, advise, look_ahead, stabilized
from labeler.learning.numeric.types import Array
from labeler.learning.problems import Problem
from labeler.projects.access import Project
from labeler.quality.queries import answers_in_order
from labeler.registry.artifacts import Predictions, folder_of, load_predictions
from labeler.registry.curve import curve_points
from labeler.training.fit import Fitted
from labeler.training.pool.data import TrainingData

KEPT_ROUNDS = 60
AHEAD = (0, 50, 100, 200, 400)  # labels from now that the curve is followed for


def advice(run: JobRun, project: Project, fitted: Fitted, before: Any) -> dict[str, Any]:
    """What to tell people about stopping, after this training."""
    data, problem = fitted.pool.data, fitted.problem
    points, left = _curve(run, project, fitted), _left(fitted)
    rounds = _rounds(run.settings, project.id)
    settled = _settled(run, project, fitted, before)
    told = advise(settled, rounds, points, target_score(project, problem), project.settings.seed, left)
    wanted = project.settings.find_label
    if wanted is not None:
        told |= _search(run.db.read(answers_in_order, project.id), wanted, data)
    elif told["advice"] == "stop" and _is_a_guess(fitted):
        told["advice"] = "nearly there"
        told["reason"] += f"; but {fitted.holdout_size} holdout labels can't tell the model from guessing yet"
    return told | {"history": settled["history"], "forecast": _forecast(points, left, project, problem)}


def same_advice(run: JobRun, project: Project, fitted: Fitted, told: dict[str, Any]) -> dict[str, Any]:
    """The advice before, with the curve as it leads on from this training."""
    points, left, problem = _curve(run, project, fitted), _left(fitted), fitted.problem
    ahead = look_ahead(points, target_score(project, problem), project.settings.seed, left)
    return told | ahead.to_dict() | {"forecast": _forecast(points, left, project, problem)}


def _curve(run: JobRun, project: Project, fitted: Fitted) -> list[Point]:
    """The learning curve up to this training."""
    points, score = run.db.read(curve_points, project, fitted.problem), fitted.score
    if score is not None and score.value is not None:
        points.append(Point(fitted.trained_on, score.value, fitted.holdout_size))
    return points


def _left(fitted: Fitted) -> int:
    """Items that can still be labeled and learned from: those outside the holdout."""
    return max(0, int((~fitted.pool.data.holdout).sum()) - fitted.trained_on)


def target_score(project: Project, problem: Problem) -> float | None:
    """The target as a score (see `Problem.score`); None when there is none, or it is of another metric than the
    primary one."""
    target = project.settings.target
    if target is None or target.metric != primary_metric(problem.name):
        return None
    share = problem.score(Estimate(target.value, None, None, 0), project.schema.model_dump()).value
    return None if share is None else min(1.0, max(0.0, share))


def _search(answers: list[tuple[int, Any, list[str]]], wanted: str, data: TrainingData) -> dict[str, Any]:
    """How far the search for all items of one label is: what is found, what is left, whether to stop.

    The labeled holdout is a random sample of the pool, and tells how many there are in all.
    """
    pool, hits = len(data.items), [wanted in labels for _, _, labels in answers]
    told = stop_at(hits, max(pool, len(hits)))
    held = set(data.items[data.holdout].tolist())
    sample = [wanted in labels for item, _, labels in answers if item in held]
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
    """Whether the score's interval still holds what saying the same about every item would reach."""
    schema, problem = fitted.pool.data.schema.schema.model_dump(), fitted.problem
    score, majority = fitted.score, fitted.baselines.get("majority")
    if score is None or score.low is None:
        return True
    if majority is None:
        return False
    guess = problem.score(majority.metrics[majority.primary], schema).value
    return guess is not None and score.low <= guess


def _forecast(points: list[Point], left: int, project: Project, problem: Problem) -> list[dict[str, Any]]:
    """Where the learning curve leads, in the primary metric's unit: none while there are too few points, or when all
    that can be learned from is labeled."""
    if not points or not left or missing(points) is not None:
        return []
    now = max(point.labels for point in points)
    return [
        {"labels": now + more, **_unscored(extrapolate(points, now + more, project.settings.seed), project, problem)}
        for more in sorted({min(more, left) for more in AHEAD})
    ]


def _unscored(estimate: Estimate, project: Project, problem: Problem) -> dict[str, Any]:
    """A score as its metric; where lower is better the interval's ends change places."""
    schema = project.schema.model_dump()
    ends = [estimate.value, estimate.low, estimate.high]
    value, low, high = (None if one is None else problem.unscore(one, schema) for one in ends)
    if low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return {"value": value, "low": low, "high": high, "n": estimate.n}


def remember_round(settings: Settings, project_id: int, number: int, fitted: Fitted) -> None:
    """Keep what this model says about the holdout, also when its other files are pruned."""
    data = fitted.pool.data
    places = np.flatnonzero(data.holdout)
    names = fitted.problem.outcomes(fitted.proba[places], fitted.model.classes, fitted.settings)
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
    # What models say about an item has as many columns as there are labels to say: other labels, another question.
    kept = [
        one
        for one in kept
        if 2 * one.labels >= kept[-1].labels and one.predictions.shape[1:] == kept[-1].predictions.shape[1:]
    ]
    if not kept:
        return []
    common = kept[0].items
    for one in kept[1:]:
        common = np.intersect1d(common, one.items)
    return [Round(one.labels, one.predictions[np.searchsorted(one.items, common)].ravel().tolist()) for one in kept]


def _folder(settings: Settings, project_id: int) -> Path:
    return settings.home / "models" / str(project_id) / "rounds"


def _numbers(folder: Path) -> list[int]:
    return [int(path.stem) for path in folder.glob("*.npz") if path.stem.isdigit()]


def _settled(run: JobRun, project: Project, fitted: Fitted, before: Any) -> dict[str, Any]:
    """Compare with the model before on the items that nobody has labeled."""
    data, problem = fitted.pool.data, fitted.problem
    places = np.flatnonzero(data.unlabeled)
    stored: Predictions | None = None
    if before is not None:
        stored = load_predictions(folder_of(run.settings, project.id, before.number))
    if stored is None or before.config["classes"] != fitted.model.classes:
        return stabilized([], [], []) | {"history": []}
    common = np.isin(data.items[places], stored.items)
    rows = stored.proba[np.searchsorted(stored.items, data.items[places][common])]
    classes = fitted.model.classes
    earlier = problem.outcomes(rows, classes, before.config.get("decoding") or {})
    now = problem.outcomes(fitted.proba[places][common], classes, fitted.settings)
    history = [*((before.stop or {}).get("history") or [])]
    settled = stabilized(earlier.ravel().tolist(), now.ravel().tolist(), history)
    return settled | {"history": [*history, settled["kappa"]][-5:]}
