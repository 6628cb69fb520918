"""Whether a figure holds to a bound, as far as its interval tells.

Why: docs/decisions/0039-what-is-required-of-a-model.md
"""

from math import ceil, isclose
from typing import Literal

from labeler.learning.evaluation.intervals import Estimate

State = Literal["holds", "open", "fails", "unknown"]
MOST_MORE = 100_000
"""More items than these are no advice."""


def stands(estimate: Estimate, least: float | None, most: float | None) -> State:
    """How an estimate stands to a lower or an upper bound: `holds` or `fails` where all of its 95 % interval does,
    `open` where it allows both, `unknown` without a value. One of the bounds is None. A figure without an interval
    that rests on items decides nothing: `open`."""
    if estimate.value is None:
        return "unknown"
    low, high = estimate.low, estimate.high
    if low is None or high is None:
        if estimate.n:
            return "open"
        low = high = estimate.value
    if least is not None:
        return "holds" if low >= least else "fails" if high < least else "open"
    bound = float(most or 0.0)
    return "holds" if high <= bound else "fails" if low > bound else "open"


def more_items(estimate: Estimate, bound: float) -> int | None:
    """About how many more items decide, if the figure stays as it is: an interval narrows with the root of its items.

    None where the figure is too near to the bound for that, or it has no interval."""
    value, low, high, n = estimate.value, estimate.low, estimate.high, estimate.n
    if value is None or low is None or high is None or not n or isclose(value, bound, abs_tol=1e-9):
        return None
    arm = max(value - low, high - value)  # near 0 and 1 the shorter one narrows more slowly
    needed = n * (arm / abs(value - bound)) ** 2 - n
    return None if needed > MOST_MORE else max(1, ceil(needed))
