"""How far people agree beyond what chance alone would make of it, with intervals; items may have any number of labels.

Values come as codes, 0 to the number of different values minus one, with a matrix of how far each two are apart: so
one computation serves labels, sets of labels and numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import sparse

from labeler.learning.evaluation.intervals import Estimate, percentiles
from labeler.learning.numeric.types import Array

REPEATS = 1_000
Why = Literal["no_overlap", "one_value"]
"""Why there is no figure: no item was labeled twice, or nobody ever said anything else."""


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha with its 95 % interval; n: items that two people or more labeled.

    labels: how many they gave; why: the reason where the figure is missing.
    """

    alpha: Estimate
    labels: int
    why: Why | None = None


def krippendorff_alpha(
    items: Array, codes: Array, apart: Array, seed: int = 0, weights: Array | None = None
) -> Agreement:
    """1 minus the disagreement seen over the disagreement that chance would make of the same labels.

    items: int (n,), one entry a label: any numbers; codes: int (n,), its value; apart: float (values, values),
    symmetric with zeros on the diagonal, such as 1 for different labels or the squared difference of numbers; weights:
    float (n,), above 0, what the item counts, the same for each of its labels: 1 over the probability that several
    people labeled it, where that differs between items. The interval: percentiles of 1,000 samples of the items, drawn
    with replacement.

    Source: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", for any number of labels an item; weighted
    as a ratio of totals (Hajek 1971).
    """
    counts, of_items = _counts(items, codes, len(apart), np.ones(len(items)) if weights is None else weights)
    patterns, times, weighs = _patterns(counts, of_items)
    if not len(times):
        return Agreement(Estimate.nothing(), 0, "no_overlap")
    labels = patterns.sum(axis=1)
    seen = ((patterns @ apart) * patterns).sum(axis=1) / (labels - 1)
    n = int(times.sum())
    alpha = _alpha(times[None, :].astype(np.float64), weighs, patterns, labels, seen, apart)[0]
    if not np.isfinite(alpha):
        return Agreement(Estimate(None, None, None, n), int(times @ labels), "one_value")
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, times / n, size=REPEATS).astype(np.float64)
    found = _alpha(drawn, weighs, patterns, labels, seen, apart)
    low, high = percentiles(np.where(np.isfinite(found), found, 1.0))  # of one value alone: nobody disagreed
    return Agreement(Estimate(float(alpha), min(low, float(alpha)), max(high, float(alpha)), n), int(times @ labels))


def first_labels(items: Array, most: int) -> Array:
    """Which labels are among the first `most` of their item: bool (n,). items: int (n,), those of one item together, in
    the order in which they were given.

    Where further people are asked because the first ones disagree, all labels of an item say that they agree more (two
    of three at least) and count more (there are more of them) than the first ones do.
    """
    begins = np.flatnonzero(np.r_[True, items[1:] != items[:-1]]) if len(items) else np.zeros(0, dtype=np.int64)
    place = np.arange(len(items)) - np.repeat(begins, np.diff(np.r_[begins, len(items)]))
    return np.asarray(place < most)


def _counts(items: Array, codes: Array, values: int, weights: Array) -> tuple[sparse.csr_array, Array]:
    """How often each value was given to each item with two labels or more: (items, values); and what each weighs."""
    _, first, rows = np.unique(items, return_index=True, return_inverse=True)
    counted = sparse.csr_array((np.ones(len(rows)), (rows, codes)), shape=(rows.max(initial=-1) + 1, values))
    counted.sum_duplicates()
    several = np.flatnonzero(np.bincount(rows) > 1) if len(rows) else np.zeros(0, dtype=np.int64)
    return (counted[several] if len(rows) else counted), weights[first][several]


def _patterns(counts: sparse.csr_array, weights: Array) -> tuple[Array, Array, Array]:
    """The different rows, how often each is there, and what it weighs: there are few, however many items there are."""
    if not counts.shape[0]:
        return np.zeros((0, counts.shape[1])), np.zeros(0, dtype=np.int64), np.zeros(0)
    numbers = np.random.default_rng(0).integers(1, 2**62, size=counts.shape[1] + 1, dtype=np.int64)
    sums = np.add.reduceat(counts.data.astype(np.int64) * numbers[counts.indices], counts.indptr[:-1])
    _, weight = np.unique(weights, return_inverse=True)
    _, first, times = np.unique(sums + weight * numbers[-1], return_index=True, return_counts=True)
    return counts[first].toarray(), times, weights[first]


def _alpha(drawn: Array, weighs: Array, patterns: Array, labels: Array, seen: Array, apart: Array) -> Array:
    """Alpha of samples: drawn (samples, patterns), how often each is there; seen: the disagreement inside an item of
    each pattern. Weights are scaled so that all labels weigh as much as they are many."""
    all_labels = drawn @ labels
    weights = drawn * weighs
    weights *= (all_labels / (weights @ labels))[:, None]
    totals = weights @ patterns
    observed = (weights @ seen) / all_labels
    expected = ((totals @ apart) * totals).sum(axis=1) / (all_labels * (all_labels - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)


@dataclass(frozen=True)
class Pair:
    """How far two labelers agree on what both labeled: Cohen's kappa with its 95 % interval, and the share alike."""

    first: int
    second: int
    kappa: Estimate
    alike: float


def cohen_kappas(
    items: Array, labelers: Array, codes: Array, apart: Array, least: int = 5, seed: int = 0
) -> list[Pair]:
    """Of every two labelers who share `least` items or more, those who share most first.

    items, labelers, codes: int (n,), one entry a label, at most one of each labeler for an item; apart: as above, and
    what a disagreement weighs. Source: Cohen 1968, "Weighted kappa"; with 0 and 1 it is the kappa of 1960.
    """
    order = np.lexsort((labelers, items))
    items, labelers, codes = items[order], labelers[order], codes[order]
    first, second = _together(items)
    if not len(first):
        return []
    both = np.stack([labelers[first], labelers[second]], axis=1)
    names, which, shared = np.unique(both, axis=0, return_inverse=True, return_counts=True)
    cells = (codes[first] * len(apart) + codes[second])[np.argsort(which, kind="stable")]
    rng = np.random.default_rng(seed)
    made = [
        _pair(pair, part, apart, rng)
        for pair, part in zip(names, np.split(cells, np.cumsum(shared)[:-1]), strict=True)
        if len(part) >= least
    ]
    return sorted(made, key=lambda pair: (-pair.kappa.n, pair.first, pair.second))


def _together(items: Array) -> tuple[Array, Array]:
    """Every two places of a sorted array that hold the same item, the earlier one first."""
    found: list[Array] = []
    step, begin = 1, np.flatnonzero(items[1:] == items[:-1])
    while len(begin):
        found.append(np.stack([begin, begin + step]))
        step += 1
        begin = begin[begin + step < len(items)]
        begin = begin[items[begin + step] == items[begin]]
    first, second = np.concatenate(found, axis=1) if found else np.zeros((2, 0), dtype=np.int64)
    return first, second


def _pair(names: Array, cells: Array, apart: Array, rng: np.random.Generator) -> Pair:
    values, n = len(apart), len(cells)
    table = np.bincount(cells, minlength=values * values).reshape(values, values)
    drawn = rng.multinomial(n, table.ravel() / n, size=REPEATS // 2).reshape(-1, values, values)
    kappa, found = float(_kappa(table[None], apart)[0]), _kappa(drawn, apart)
    if not np.isfinite(kappa):
        estimate = Estimate(None, None, None, n)
    else:
        low, high = percentiles(np.where(np.isfinite(found), found, 1.0))
        estimate = Estimate(kappa, min(low, kappa), max(high, kappa), n)
    return Pair(int(names[0]), int(names[1]), estimate, float(np.trace(table)) / n)


def _kappa(tables: Array, apart: Array) -> Array:
    """Of tables (samples, values, values): how often one said this while the other said that."""
    n = tables.sum(axis=(1, 2))
    observed = (tables * apart).sum(axis=(1, 2)) / n
    expected = np.einsum("si,ij,sj->s", tables.sum(axis=2), apart, tables.sum(axis=1)) / n**2
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)


def nominal(values: Sequence[Any]) -> Array:
    """Different is different: (values, values) of 0 and 1."""
    return 1.0 - np.eye(len(values))


def squared(values: Sequence[float]) -> Array:
    """Numbers: the squared difference, as a share of the largest one there is."""
    numbers = np.asarray(values, dtype=np.float64)
    found = (numbers[:, None] - numbers[None, :]) ** 2
    return found / max(float(found.max(initial=0.0)), 1e-300)


def masi(values: Sequence[Sequence[str]]) -> Array:
    """Sets of labels: 1 minus the share they have in common, which counts less where one is not part of the other.

    Source: Passonneau 2006, "Measuring Agreement on Set-valued Items (MASI)". Two empty sets are equal.
    """
    names = {name: place for place, name in enumerate(sorted({name for value in values for name in value}))}
    inside = np.zeros((len(values), max(1, len(names))))
    for row, value in enumerate(values):
        inside[row, [names[name] for name in value]] = 1.0
    common, sizes = inside @ inside.T, inside.sum(axis=1)
    union = sizes[:, None] + sizes[None, :] - common
    equal, part = common == union, common == np.minimum(sizes[:, None], sizes[None, :])
    weight = np.where(equal, 1.0, np.where(part, 2 / 3, np.where(common > 0, 1 / 3, 0.0)))
    return 1.0 - weight * np.where(union > 0, common / np.maximum(union, 1.0), 1.0)


DISTANCES: dict[str, Callable[[Sequence[Any]], Array]] = {"nominal": nominal, "interval": squared, "sets": masi}
"""What a disagreement weighs, by the level of measurement that a task type names."""
