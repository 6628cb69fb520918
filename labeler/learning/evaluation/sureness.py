"""How many items a model is sure enough of, and how often it is right on those: what can be left to it alone.

Source: El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification" (coverage and risk).
"""

from typing import Any

import numpy as np

from labeler.learning.evaluation.intervals import Estimate, wilson
from labeler.learning.numeric.types import Array

LEVELS = 99
"""Confidences that are told: 0.01 to 0.99."""


def sureness(confidence: Array, right: Array) -> dict[str, Any]:
    """As JSON takes it: items, and at each confidence from 0.01 to 0.99 how many are at least so sure (covered), and
    how many of them are right. confidence: float (items,); right: bool (items,)."""
    # A hundredth below 0.9 is 0.9: probabilities are float32.
    level = np.clip(np.floor(np.asarray(confidence, dtype=np.float64) * 100 + 1e-4), 0, LEVELS).astype(np.int64)
    covered = np.bincount(level, minlength=LEVELS + 1)[::-1].cumsum()[::-1][1:]
    hits = np.bincount(level, weights=right.astype(np.float64), minlength=LEVELS + 1)[::-1].cumsum()[::-1][1:]
    return {"items": len(confidence), "covered": covered.tolist(), "right": hits.astype(int).tolist()}


def coverage_at(view: dict[str, Any] | None, at: float) -> Estimate:
    """The share of items that a model is at least so sure of, with Wilson's interval. at: 0.01 to 0.99."""
    place = round(at * 100) - 1
    return _share(None if view is None else view["covered"][place], 0 if view is None else view["items"])


def right_at(view: dict[str, Any] | None, at: float) -> Estimate:
    """The share of those that is right, with Wilson's interval; nothing where it is so sure of no item."""
    place = round(at * 100) - 1
    return _share(None if view is None else view["right"][place], 0 if view is None else view["covered"][place])


def _share(hits: int | None, n: int) -> Estimate:
    return Estimate.nothing() if hits is None or not n else Estimate(hits / n, *wilson(hits, n), n)
