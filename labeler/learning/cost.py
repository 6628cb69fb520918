"""What an item will cost: seconds of labeling, by what labeled items of its size took."""

import numpy as np

from labeler.learning.numeric.types import Array

FEWEST = 20
_LATEST = 500
_LEAST = 0.5
"""Nobody reads an item and presses a key in less than half a second."""


def labeling_seconds(sizes: Array, seconds: Array, asked: Array) -> Array | None:
    """Seconds that each asked item will take, above 0: float64 (asked,), or None when too few were timed.

    sizes, seconds: (timed,), how large each timed item is, in any unit, and how long its label took, the latest last;
    asked: (items,), sizes in the same unit. A line through the latest 500 that a few long breaks do not tilt: the
    median of all slopes (Sen 1968, "Estimates of the Regression Coefficient Based on Kendall's Tau"). Larger items
    never count as quicker ones.
    """
    from scipy.stats import theilslopes

    known = np.isfinite(seconds) & (seconds > 0)
    x, y = np.asarray(sizes, dtype=np.float64)[known][-_LATEST:], np.asarray(seconds, np.float64)[known][-_LATEST:]
    if len(y) < FEWEST:
        return None
    slope, start = 0.0, float(np.median(y))
    if len(np.unique(x)) > 1:
        line = theilslopes(y, x)
        if line.slope > 0:
            slope, start = float(line.slope), float(line.intercept)
    return np.maximum(start + slope * np.asarray(asked, dtype=np.float64), _LEAST)
