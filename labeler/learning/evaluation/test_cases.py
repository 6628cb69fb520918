"""Whether a model passes a test case: a fixed set of items with the answers that it must give.

Why items without an outcome count as neither: docs/decisions/0040-test-cases-and-slices.md
"""

from math import ceil
from typing import Literal

State = Literal["passes", "fails", "unknown"]
ROUNDING = 1e-9


def needed(items: int, min_share: float) -> int:
    """How many of the items must be right. min_share: above 0, at most 1."""
    return min(items, max(1, ceil(items * min_share - ROUNDING)))


def stands(right: int, wrong: int, items: int, min_share: float) -> State:
    """`passes` or `fails` where the items without an outcome can't change that, else `unknown`; so without items.

    right, wrong: at most `items` together; the others have no outcome.
    """
    if not items:
        return "unknown"
    least = needed(items, min_share)
    if right >= least:
        return "passes"
    return "fails" if items - wrong < least else "unknown"
