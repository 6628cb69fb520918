"""Sets of labels: whether each label is in the answer is a question of its own."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from labeler.learning.consensus import base, calibration
from labeler.learning.consensus.quality import Qualities, qualities
from labeler.learning.consensus.sets import Said, whole_set
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.consensus import MAJORITY
from labeler.quality.estimates.base import Estimate, Numbered
from labeler.quality.fits import Fit
from labeler.quality.incremental import SHOWN
from labeler.quality.judgments import Given

BEST = "dawid_skene"
IN = 1


def estimate(project: Project, given: Given, gold: Mapping[int, Any]) -> Estimate:
    all_ = Numbered(project, given)
    names = project.label_names
    rows = dict(all_.majorities())
    if not rows:
        return Estimate(Fit(MAJORITY, 0.8), rows)
    holds = np.array([[name in value for name in names] for value in given.values], dtype=bool)[given.codes]
    truth = np.full((len(all_.items), len(names)), -1, dtype=np.int64)
    for position, item in enumerate(all_.items.tolist()):
        if item in gold:
            truth[position] = [name in gold[item] for name in names]
    shape = base.Shape(len(all_.items), len(all_.people), len(names))
    said = Said(all_.item_of, all_.person_of, holds, shape, truth)
    known = int((truth[:, 0] >= 0).sum())
    method = base.find(all_.method(BEST, known))
    sure, blind, prior, measured = [], [], {}, []
    for label, name in enumerate(names):
        question = said.of(label)
        counted = question.only(given.counted)
        one = method if method.name != MAJORITY else base.find("one_coin")
        found = one.function(counted)
        prior[name] = float(np.clip(found.posterior[:, IN].mean(), 0.001, 0.999))
        sure.append(found.posterior)
        blind.append(one.function(counted.without_gold()).posterior if known else found.posterior)
        measured.append(qualities(question, found, given.counted))
    together = _together(measured)
    sharpness = _sharpness(blind, prior, truth)
    if method.name != MAJORITY:
        weighed = [
            calibration.tempered(one, np.array([1 - prior[name], prior[name]]), sharpness)[:, IN]
            for one, name in zip(sure, names, strict=True)
        ]
        for position, item in enumerate(all_.items.tolist()):
            if item in rows:
                held = [float(one[position]) for one in weighed]
                rows[item] = all_.with_answer(rows[item], _row(names, held, method.name))
    worst = _worst(names, measured)
    details = [{"by_label": worst[n]} for n in range(len(all_.people))]
    fit = all_.fit(method.name, together, prior, sharpness, known)
    return Estimate(fit, rows, all_.qualities(together, details))


def _together(measured: list[Qualities]) -> Qualities:
    """Of all labels: each weighs the same, and the interval is as wide as if they were independent."""
    accuracy = np.mean([one.accuracy for one in measured], axis=0)
    error = np.sqrt(np.mean([((one.high - one.low) / 2) ** 2 for one in measured], axis=0) / len(measured))
    low, high = np.clip(accuracy - error, 0, 1), np.clip(accuracy + error, 0, 1)
    return Qualities(accuracy, low, high, measured[0].items, measured[0].gold)


def _sharpness(blind: list[Array], prior: dict[str, float], truth: Array) -> float:
    """One for all labels."""
    if not (truth >= 0).any():
        return calibration.USUAL
    each = [
        calibration.fit_sharpness(one, np.array([1 - share, share]), truth[:, label])
        for label, (one, share) in enumerate(zip(blind, prior.values(), strict=True))
    ]
    return float(np.exp(np.mean(np.log(each))))


def _row(names: list[str], held: list[float], method: str) -> dict[str, Any]:
    inside, confidence = whole_set(held)
    return {
        "value": [names[label] for label in inside],
        "confidence": confidence,
        "method": method,
        "posterior": {name: round(p, 4) for name, p in zip(names, held, strict=True) if p >= SHOWN},
    }


def _worst(names: list[str], measured: list[Qualities], most: int = 5) -> list[list[dict[str, Any]]]:
    """For each person the labels they are least often right about."""
    accuracy = np.array([one.accuracy for one in measured])
    return [
        [
            {"label": names[label], "accuracy": round(float(accuracy[label, person]), 3)}
            for label in np.argsort(accuracy[:, person])[:most]
        ]
        for person in range(accuracy.shape[1])
    ]
