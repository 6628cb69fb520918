"""How sure a posterior may be: people who look at the same item err together, which no method sees."""

import numpy as np

from labeler.learning.consensus.base import normalized
from labeler.learning.numeric.types import Array

USUAL = 0.85
"""Judgments count this much as if they were independent; by what is usual (docs/benchmarks/answers.md)."""
ENOUGH = 30
"""Items whose answer is known, from which on a posterior is said to be calibrated."""
_SPREAD = 0.5  # of the logarithm of the sharpness over crowds
_GRID = np.geomspace(0.05, 2.0, 75)


def tempered(posterior: Array, prior: Array, sharpness: float) -> Array:
    """The same with the weight of what was said times `sharpness`: float (items, values), rows sum to 1.

    prior: float (values,), how frequent each value is, which stays as it is.
    """
    if sharpness == 1.0:
        return posterior
    logs, base = np.log(np.maximum(posterior, 1e-300)), np.log(prior)
    return normalized((logs - base) * sharpness + base)


def fit_sharpness(posterior: Array, prior: Array, gold: Array) -> float:
    """The sharpness with which the posterior says best what is known. gold: int (items,), -1 where it is not; the
    posterior must not have seen it. Without gold: `USUAL`; with little of it, near that.

    Source: temperature scaling (Guo and others 2017, "On Calibration of Modern Neural Networks"), with a prior.
    """
    known = np.flatnonzero(gold >= 0)
    if not len(known):
        return USUAL
    rows, truth = posterior[known], gold[known]
    fits = [
        float(np.log(np.maximum(tempered(rows, prior, one)[np.arange(len(known)), truth], 1e-12)).sum())
        - (np.log(one / USUAL) / _SPREAD) ** 2 / 2
        for one in _GRID
    ]
    return float(_GRID[int(np.argmax(fits))])
