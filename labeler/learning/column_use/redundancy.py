"""Columns that say the same, or that another one determines: each stands in for the other when it is shuffled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from labeler.learning.column_use.cells import Cells
from labeler.learning.numeric.types import Array

How = Literal["equal", "rank", "information", "determines"]
FEWEST_ITEMS = 30
BAR = 0.95
"""Rank correlation, or share of what there is to know, from which on two columns say the same."""
FEWEST_EACH = 5.0
"""Items for each value, on average: fewer, and every column seems to be determined by chance."""


@dataclass(frozen=True)
class Pair:
    """one, other: columns. how: `equal` cells; `rank`: numbers in the same order, or the opposite one; `information`:
    each tells the other; `determines`: the first tells the second, and not the other way round. value: how much, in
    [-1, 1]; n: items that have both."""

    one: str
    other: str
    how: How
    value: float
    n: int


@dataclass(frozen=True)
class _Seen:
    """A column with what every pair needs of it. ranks: of length 1 and mean 0, where all items have a number."""

    name: str
    codes: Array
    numbers: Array | None
    words: Array
    ranks: Array | None

    @classmethod
    def of(cls, cells: Cells) -> "_Seen":
        numbers, codes = cells.numbers, cells.codes
        ranks = None if numbers is None or (codes < 0).any() else _ranks(numbers)
        return cls(cells.name, codes, numbers, np.array(cells.words, dtype=np.str_), ranks)


def redundant(columns: Sequence[Cells]) -> list[Pair]:
    """Pairs of columns of the same items. A column that does not vary is in no pair.

    Numbers: Spearman 1904. Others, and numbers with others: mutual information as a share of the entropy of each side
    (the uncertainty coefficient: Theil 1970; see Cover and Thomas 2006, chapter 2).
    """
    seen = [_Seen.of(one) for one in columns]
    seen = [one for one in seen if len(np.unique(one.codes[one.codes >= 0])) > 1]
    pairs = []
    for place, one in enumerate(seen):
        for other in seen[place + 1 :]:
            both = (one.codes >= 0) & (other.codes >= 0)
            n = int(both.sum())
            if n < FEWEST_ITEMS or n < 0.5 * max((one.codes >= 0).sum(), (other.codes >= 0).sum()):
                continue
            is_ranked = one.numbers is not None and other.numbers is not None
            found = _ranked(one, other, both, n) if is_ranked else _told(one, other, both, n)
            if found is not None:
                pairs.append(found)
    return pairs


def groups(pairs: Sequence[Pair]) -> list[list[str]]:
    """Columns that say the same, those of a group connected by pairs; in the order in which they come up."""
    group_of: dict[str, list[str]] = {}
    for pair in pairs:
        if pair.how == "determines":
            continue
        one, other = (group_of.get(name, [name]) for name in (pair.one, pair.other))
        merged = one if one is other else [*one, *(name for name in other if name not in one)]
        group_of |= dict.fromkeys(merged, merged)
    found: list[list[str]] = []
    for group in group_of.values():
        if group not in found:
            found.append(group)
    return found


def _ranks(numbers: Array) -> Array | None:
    from scipy.stats import rankdata

    ranks = rankdata(numbers) - (len(numbers) + 1) / 2
    length = float(np.linalg.norm(ranks))
    return np.asarray(ranks / length) if length > 0 else None


def _ranked(one: _Seen, other: _Seen, both: Array, n: int) -> Pair | None:
    a, b = one.ranks, other.ranks
    if a is None or b is None:
        assert one.numbers is not None and other.numbers is not None
        a, b = _ranks(one.numbers[both]), _ranks(other.numbers[both])
    if a is None or b is None:
        return None
    value = float(np.clip(a @ b, -1.0, 1.0))
    return Pair(one.name, other.name, "rank", value, n) if abs(value) >= BAR else None


def _told(one: _Seen, other: _Seen, both: Array, n: int) -> Pair | None:
    if one.numbers is None and other.numbers is None:
        equal = float((one.words == other.words)[both].mean())
        if equal >= BAR:
            return Pair(one.name, other.name, "equal", equal, n)
    a, b = one.codes[both], other.codes[both]
    each = [n / float(np.count_nonzero(np.bincount(side))) for side in (a, b)]
    if max(each) < FEWEST_EACH:
        return None
    joint = _entropy(np.unique(a * (b.max() + 1) + b, return_counts=True)[1], n)
    alone_a, alone_b = (_entropy(np.bincount(side), n) for side in (a, b))
    if min(alone_a, alone_b) <= 0:
        return None
    shared = alone_a + alone_b - joint
    tells_b = shared / alone_b if each[0] >= FEWEST_EACH else 0.0
    tells_a = shared / alone_a if each[1] >= FEWEST_EACH else 0.0
    if min(tells_a, tells_b) >= BAR:
        return Pair(one.name, other.name, "information", float(min(1.0, tells_a, tells_b)), n)
    if tells_b >= BAR:
        return Pair(one.name, other.name, "determines", float(min(1.0, tells_b)), n)
    return Pair(other.name, one.name, "determines", float(min(1.0, tells_a)), n) if tells_a >= BAR else None


def _entropy(counts: Array, n: int) -> float:
    shares = counts[counts > 0] / n
    return float(-(shares * np.log(shares)).sum())
