"""Numbers on a scale: the answer lies in between."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from labeler.learning.consensus import base
from labeler.learning.consensus.numbers import Middle, Ratings, mean
from labeler.learning.evaluation.intervals import wilson
from labeler.learning.numeric.types import Array
from labeler.projects.access import Project
from labeler.quality.consensus import MAJORITY
from labeler.quality.estimates.base import ENOUGH_ITEMS, Estimate, LabelerQuality, Numbered
from labeler.quality.fits import Fit
from labeler.quality.incremental import MEDIAN, WEIGHTED, number_row
from labeler.quality.judgments import Given


def estimate(project: Project, given: Given, gold: Mapping[int, Any]) -> Estimate:
    """Without enough items that several people rated, nobody knows how far apart people are: a median alone."""
    all_ = Numbered(project, given)
    rows = dict(all_.majorities())
    scale = project.task.values(project.schema)
    if not rows or not scale or all_.several < ENOUGH_ITEMS:
        return Estimate(Fit(MAJORITY, 1.0), rows)
    values = np.array([float(value) for value in given.values])[given.codes]
    on = given.counted
    counted = Ratings(all_.item_of[on], all_.person_of[on], values[on], len(all_.items), len(all_.people))
    method = base.find(all_.method(MEDIAN, 0))
    found: Middle = method.function(counted)
    known = dict(zip(all_.items.tolist(), range(len(all_.items)), strict=True))
    for item, row in rows.items():
        middle, error = float(found.value[known[item]]), float(found.error[known[item]])
        rows[item] = all_.with_answer(row, number_row(scale, middle, error, method.name))
    spread = float(np.atleast_1d(mean(counted).spread)[0])
    people = {}
    if method.name == WEIGHTED:
        pairs = zip(all_.people.tolist(), found.bias.tolist(), found.spread.tolist(), strict=True)
        people = {str(who): [round(bias, 4), round(width, 4)] for who, bias, width in pairs}
    fit = Fit(method.name, spread, people)
    return Estimate(fit, rows, _qualities(all_, values, found, gold, scale))


def _qualities(
    all_: Numbered, values: Array, found: Middle, gold: Mapping[int, Any], scale: list[Any]
) -> dict[int, LabelerQuality]:
    """Who is right is nearer to the answer than to any other number. The answer is gold, or what three or more come to;
    of two it is what the other says."""
    n = np.bincount(all_.item_of, minlength=len(all_.items))
    sums = np.bincount(all_.item_of, values, len(all_.items))
    others = n[all_.item_of] - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        answer = np.where(others > 1, found.value[all_.item_of], (sums[all_.item_of] - values) / others)
    known = np.array([item in gold for item in all_.items.tolist()], dtype=bool)[all_.item_of]
    if known.any():
        truth = np.array([float(gold.get(item, np.nan)) for item in all_.items.tolist()])
        answer = np.where(known, truth[all_.item_of], answer)
    judged = (others > 0) | known
    off = np.where(judged, values - answer, 0.0)
    half = (scale[1] - scale[0]) / 2 if len(scale) > 1 else 0.5
    near = judged & (np.abs(off) <= half + 1e-9)
    parts = (judged, near, judged & known, off, np.abs(off))
    each = [np.bincount(all_.person_of, part.astype(np.float64), len(all_.people)).tolist() for part in parts]
    rows = {}
    for who, total, right, gold_ones, above, away in zip(all_.people.tolist(), *each, strict=True):
        if total:
            low, high = wilson(int(right), int(total))
            detail = {"bias": round(above / total, 3), "off": round(away / total, 3)}
            rows[who] = LabelerQuality(right / total, low, high, int(total), int(gold_ones), detail)
    return rows
