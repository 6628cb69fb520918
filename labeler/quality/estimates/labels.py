"""Single labels: one of the schema's for each item."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.learning.consensus import base, calibration
from labeler.learning.consensus.quality import mixed_up, qualities
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.consensus import MAJORITY
from labeler.quality.estimates.base import Estimate, Numbered
from labeler.quality.fits import Fit
from labeler.quality.incremental import SHOWN
from labeler.quality.judgments import Given

BEST = "dawid_skene"


def estimate(project: Project, given: Given, gold: Mapping[int, Any]) -> Estimate:
    all_ = Numbered(project, given)
    names = project.task.values(project.schema)
    rows = dict(all_.majorities())
    if not names or not rows:
        return Estimate(Fit(MAJORITY, 0.8), rows)
    place = {name: code for code, name in enumerate(names)}
    codes = np.array([place[value] for value in given.values], dtype=np.int64)[given.codes]
    truth = np.array([place.get(gold.get(int(item)), -1) for item in all_.items], dtype=np.int64)
    shape = base.Shape(len(all_.items), len(all_.people), len(names))
    everything = base.Judgments(all_.item_of, all_.person_of, codes, shape, truth)
    counted = everything.only(given.counted)
    method = base.find(all_.method(BEST, len(counted.known)))
    found, posterior, prior, sharpness = _answers(counted, method)
    by = base.find("one_coin").function(counted) if method.name == MAJORITY else found
    measured = qualities(everything, by, given.counted)
    if method.name != MAJORITY:
        said = np.where(counted.counts() > 0, posterior, -1.0).argmax(axis=1)  # never what nobody said
        for position, item in enumerate(all_.items.tolist()):
            if item in rows:
                row = _row(names, posterior[position], int(said[position]), method.name)
                rows[item] = all_.with_answer(rows[item], row)
    errors = mixed_up(everything, by.posterior)
    details = [{"mixed_up": [_error(names, *one) for one in theirs]} for theirs in errors]
    fit = all_.fit(method.name, measured, dict(zip(names, prior.tolist(), strict=True)), sharpness, len(counted.known))
    return Estimate(fit, rows, all_.qualities(measured, details))


def _answers(counted: base.Judgments, method: base.Method) -> tuple[base.Combined, Array, Array, float]:
    """How sharp the posterior may be is learned from what it says of gold items without knowing their answers."""
    blind = method.function(counted.without_gold())
    prior = (blind.posterior.sum(axis=0) + 0.5) / (counted.shape.items + 0.5 * counted.shape.values)
    if method.name == MAJORITY:
        return blind, blind.posterior, prior, 1.0
    gold = counted.gold if counted.gold is not None else np.full(counted.shape.items, -1)
    sharpness = calibration.fit_sharpness(blind.posterior, prior, gold)
    found = method.function(counted) if len(counted.known) else blind
    return found, calibration.tempered(found.posterior, prior, sharpness), prior, sharpness


def _row(names: Sequence[str], posterior: Array, best: int, method: str) -> dict[str, Any]:
    return {
        "value": names[best],
        "confidence": float(posterior[best]),
        "method": method,
        "posterior": {name: round(float(p), 4) for name, p in zip(names, posterior, strict=True) if p >= SHOWN},
    }


def _error(names: Sequence[str], answer: int, said: int, times: float) -> dict[str, Any]:
    return {"answer": names[answer], "said": names[said], "times": round(times, 1)}
