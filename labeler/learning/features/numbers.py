"""Numbers to features that a linear model can bend: the standardized value, its nearness to quantiles."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.features.base import State
from labeler.learning.numeric.types import Array

KNOTS = 6
MISSING = -10.0
"""Below every standardized value: a tree can tell it apart with one threshold."""

_SAMPLE = 20_000
_FARTHEST = 4.0


class Numbers:
    """Each number becomes its standardized value, a missing flag, and hat functions over KNOTS quantiles.

    The hat functions of a value sum to 1: rows keep about the same length, so the L2 normalization that
    follows does not throw away how large a number is, and a linear model can follow a curve.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.mean = np.zeros(count)
        self.scale = np.ones(count)
        self.median = np.zeros(count)
        self.knots = np.zeros((count, KNOTS))

    def fit(self, blocks: Sequence[Array]) -> None:
        """blocks: float64 (items, count), NaN where missing. Quantiles come from at most 20,000 rows."""
        total = sum(len(block) for block in blocks)
        if not total or not self.count:
            return
        every = max(1, -(-total // _SAMPLE))
        sample = np.concatenate([block[::every] for block in blocks])
        sample = np.where(np.isnan(sample).all(axis=0), 0.0, sample)
        self.median = np.nanmedian(sample, axis=0)
        self.knots = np.nanquantile(sample, np.linspace(0.02, 0.98, KNOTS), axis=0).T.copy()
        self.mean = np.nanmean(sample, axis=0)
        scale = np.nanstd(sample, axis=0)
        self.scale = np.where(scale > 0, scale, 1.0)

    def transform(self, values: Array) -> csr_matrix:
        """values: float64 (items, count), NaN where missing -> float32 (items, count * (2 + KNOTS))."""
        missing = np.isnan(values)
        filled = np.where(missing, self.median, values)
        standard = np.clip((filled - self.mean) / self.scale, -_FARTHEST, _FARTHEST) / 2
        hats = np.zeros((len(values), self.count, KNOTS), dtype=np.float32)
        for place in range(self.count):
            hats[:, place] = hat_weights(filled[:, place], self.knots[place])
        hats[missing] = 0
        parts = [standard.astype(np.float32), missing.astype(np.float32), hats.reshape(len(values), self.count * KNOTS)]
        return csr_matrix(np.concatenate(parts, axis=1) / np.float32(np.sqrt(max(1, self.count))))

    def cells(self, rows: Array) -> Array:
        """What `transform` gave, scaled by any factor a row, back to standardized values: float32 (items, count)."""
        hats = rows[:, 2 * self.count :].reshape(len(rows), self.count, KNOTS).sum(axis=2)
        known = hats > 0
        values = 2 * rows[:, : self.count] / np.where(known, hats, 1)
        return np.where(known, values, MISSING).astype(np.float32)

    def state(self) -> State:
        """Centers, scales and quantiles."""
        return {"mean": self.mean, "scale": self.scale, "median": self.median, "knots": self.knots}

    def set_state(self, state: State) -> None:
        """Take up a state that `state` gave."""
        self.mean, self.scale = np.asarray(state["mean"]), np.asarray(state["scale"])
        self.median, self.knots = np.asarray(state["median"]), np.asarray(state["knots"])


def width_of(count: int) -> int:
    """How many features this many numbers become."""
    return count * (2 + KNOTS)


def hat_weights(values: Array, knots: Array) -> Array:
    """Linear interpolation weights of values (items,) between sorted knots: (items, knots), rows sum to 1."""
    distinct, first = np.unique(knots, return_index=True)
    weights = np.zeros((len(values), len(knots)), dtype=np.float32)
    inside = np.clip(values, distinct[0], distinct[-1])
    upper = np.clip(np.searchsorted(distinct, inside), 1, max(1, len(distinct) - 1))
    rows = np.arange(len(values))
    if len(distinct) == 1:
        weights[:, first[0]] = 1
        return weights
    share = (inside - distinct[upper - 1]) / (distinct[upper] - distinct[upper - 1])
    weights[rows, first[upper - 1]] = 1 - share
    weights[rows, first[upper]] += share
    return weights
