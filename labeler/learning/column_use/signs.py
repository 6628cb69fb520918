"""What makes one look twice at a column: hints, no verdicts. Each comes with what was counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from labeler.learning.column_use.cells import Cells
from labeler.learning.evaluation.intervals import wilson
from labeler.learning.numeric.types import Array

FEWEST_VALUES = 30
FEWEST_TIMES = 10
"""Minutes in which labels were given: those of an import all come at once."""
FOLLOWS = 0.8
"""Rank correlation with the time of labeling that a column surely has."""
APART = 0.05
"""So much more than with the time of arrival: items that are labeled as they come follow both."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_SECONDS = (946_684_800.0, 4_102_444_800.0)  # from 2000 to 2100
_CODE = re.compile(r"\S+")


@dataclass(frozen=True)
class Share:
    """A count as a share of n with its 95 % interval; or a rank correlation with its."""

    value: float
    low: float
    high: float
    n: int


def is_id(cells: Cells) -> Share | None:
    """Whether no value occurs twice, as in an id; the share of different values, which is 1.

    Numbers with decimals, dates and free texts usually differ: they are none. Whole numbers are where they also rise
    or fall with the items, or lie close together, as numbers that count.
    """
    n = int(cells.there.sum())
    words = [word for word, there in zip(cells.words, cells.there.tolist(), strict=True) if there]
    if n < FEWEST_VALUES or len(set(words)) < n or cells.kind in ("text", "date", "boolean"):
        return None
    numbers = cells.numbers
    if numbers is not None:
        known = numbers[cells.there]
        if (known != np.round(known)).any() or _moments(cells) is not None:
            return None
        steps = np.diff(known)
        counts = (known.max() - known.min()) < 4 * n
        if not (counts or (steps > 0).all() or (steps < 0).all()):
            return None
    elif not all(_CODE.fullmatch(word) for word in words):
        return None
    return Share(1.0, wilson(n, n)[0], 1.0, n)


def follows_labeling(cells: Cells, labeled: Array, arrived: Array) -> Share | None:
    """Whether a date rises with when labels were given, more than with when items came: its rank correlation.

    labeled, arrived: float (items,), seconds since 1970, NaN where there is none.
    """
    moments = _moments(cells)
    if moments is None:
        return None
    known = cells.there & ~np.isnan(labeled)
    if len(np.unique(labeled[known] // 60)) < FEWEST_TIMES or known.sum() < FEWEST_VALUES:
        return None
    found = _rank_correlation(moments[known], labeled[known])
    if found is None or found.low < FOLLOWS:
        return None
    came = _rank_correlation(moments[known], arrived[known])
    return None if came is not None and came.value > found.value - APART else found


def is_after_arrival(cells: Cells, arrived: Array) -> Share | None:
    """Whether a date is mostly later than when its item came: the share of such items.

    arrived: float (items,), seconds since 1970.
    """
    moments = _moments(cells)
    known = cells.there & ~np.isnan(arrived)
    n = int(known.sum())
    if moments is None or n < FEWEST_VALUES:
        return None
    later = int((moments[known] > arrived[known]).sum())
    return Share(later / n, *wilson(later, n), n) if 2 * later >= n else None


def _moments(cells: Cells) -> Array | None:
    """A column's dates, or whole numbers that can only be seconds or milliseconds since 1970, in seconds since then."""
    numbers = cells.numbers
    if numbers is None:
        return None
    if cells.kind == "date":
        return np.asarray(numbers * 86_400 + _EPOCH)
    known = numbers[cells.there]
    for factor in (1.0, 1_000.0):
        if len(known) and (known >= _SECONDS[0] * factor).all() and (known <= _SECONDS[1] * factor).all():
            return np.asarray(numbers / factor)
    return None


def _rank_correlation(a: Array, b: Array) -> Share | None:
    """Spearman's, with the interval of Bonett and Wright 2000."""
    from scipy.stats import rankdata

    there = ~(np.isnan(a) | np.isnan(b))
    ranks: Sequence[Array] = [rankdata(side[there]) for side in (a, b)]
    n = int(there.sum())
    if n < 4 or min(float(side.std()) for side in ranks) == 0:
        return None
    value = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    middle = np.arctanh(np.clip(value, -0.999999, 0.999999))
    reach = 1.959963984540054 * np.sqrt((1 + value**2 / 2) / (n - 3))
    return Share(value, float(np.tanh(middle - reach)), float(np.tanh(middle + reach)), n)
