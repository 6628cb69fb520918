"""Figures with their intervals."""

from dataclasses import dataclass

import numpy as np

from labeler.learning.numeric.types import Array

REPEATS = 1_000
_Z = 1.959963984540054
DRAWS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval, all None when there is nothing to measure. n: items behind it."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    @classmethod
    def nothing(cls) -> "Estimate":
        """Where there is nothing to measure."""
        return cls(None, None, None, 0)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share; (0, 1) when n is 0. Source: Wilson 1927."""
    return wilson_of_share(hits / n, n) if n else (0.0, 1.0)


def wilson_of_share(share: float, n: float, z: float = _Z) -> tuple[float, float]:
    """The same of a share from 0 to 1 and an effective number of items, which may be a fraction. z: of the level."""
    middle = share + z**2 / (2 * n)
    spread = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    low, high = float((middle - spread) / scale), float((middle + spread) / scale)
    # At the ends rounding may leave the share itself just outside.
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def mean_interval(values: Array, rng: np.random.Generator) -> tuple[float, float]:
    step = max(1, DRAWS_AT_ONCE // len(values))
    means = [
        values[rng.integers(0, len(values), size=(min(step, REPEATS - done), len(values)), dtype=np.int32)].mean(axis=1)
        for done in range(0, REPEATS, step)
    ]
    return percentiles(np.concatenate(means))


def weighted_mean(values: Array, weights: Array) -> Array:
    """float (samples,) of values (items,) and weights float (samples, items)."""
    return np.asarray(weights @ values.astype(np.float64) / weights.sum(axis=1))


def percentiles(values: Array) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def bootstrap(n: int, rng: np.random.Generator, repeats: int = REPEATS) -> Array:
    """How often each of n items is in each sample drawn with replacement: float64 (repeats, n)."""
    return rng.multinomial(n, np.full(n, 1 / n), size=repeats).astype(np.float64)
