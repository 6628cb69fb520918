"""How often a language model is right, and whether that is enough for its labels to count.

Measured on labels that were drawn at random and asked of people, too, who did not see them. Each is weighed by the
inverse of the chance with which it was drawn, so that a share that was changed in between does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.evaluation.intervals import Estimate, wilson_of_share
from labeler.learning.numeric.types import Array

LEAST = 30
"""Labels that people answered, too, below which nothing is decided."""
USUAL_BAR = 0.9
_LATELY = 30
_BY_CHANCE = 0.001


@dataclass(frozen=True)
class Judged:
    """Labels that people answered, too, in the order in which they were given. right: float (n,), 1 where people say
    the same; weights: float (n,), the inverse of the chance with which each was drawn."""

    right: Array
    weights: Array

    def only(self, which: Array) -> "Judged":
        return Judged(self.right[which], self.weights[which])


def judged(right: Sequence[float], chances: Sequence[float]) -> Judged:
    return Judged(np.asarray(right, dtype=np.float64), 1 / np.clip(np.asarray(chances, dtype=np.float64), 1e-6, 1))


def accuracy(found: Judged) -> Estimate:
    """The share that is right, with Wilson's interval by as many labels as the weights are worth."""
    if not len(found.right):
        return Estimate.nothing()
    share = float(found.right @ found.weights / found.weights.sum())
    worth = float(found.weights.sum() ** 2 / (found.weights @ found.weights))
    low, high = wilson_of_share(share, worth)
    return Estimate(share, low, high, len(found.right))


def passes(found: Estimate, bar: float) -> bool:
    """Whether the labels may count: the lower end of the interval reaches the bar."""
    return found.n >= LEAST and found.low is not None and found.low >= bar


def drift(found: Judged) -> float | None:
    """The share that is right of the last 30, less that before; None where it is no smaller, or by chance."""
    if len(found.right) < 2 * _LATELY:
        return None
    before, lately = found.right[:-_LATELY], found.right[-_LATELY:]
    difference = float(lately.mean() - before.mean())
    if difference >= 0:
        return None
    from scipy.stats import fisher_exact

    counts: list[list[Any]] = [[int(part.sum()), int(len(part) - part.sum())] for part in (lately, before)]
    chance = float(fisher_exact(counts, alternative="less").pvalue)
    return difference if chance < _BY_CHANCE else None
