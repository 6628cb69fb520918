"""One signal: a number, or a kind, of each item, compared between two samples of items."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array

DRAWS = 200
BINS = 200
FEWEST_EXPECTED = 5.0
"""Kinds with fewer expected items in either sample are compared together: the chi-squared distribution holds from
there."""
OTHERS = "…"
UNLIKE = 8
_Z = 1.96


@dataclass(frozen=True)
class Signal:
    """What was compared. effect: how far apart the samples are, in [0, 1], with its interval; p: the chance of at least
    this under no drift; then, now: what is typical of each sample, or the share of each kind, with intervals; unlike:
    positions of new items that tell it most."""

    name: str
    measure: str
    effect: Estimate
    p: float
    then: dict[str, Estimate] = field(default_factory=dict)
    now: dict[str, Estimate] = field(default_factory=dict)
    unlike: tuple[int, ...] = ()


def numbers(name: str, then: Array, now: Array, rng: np.random.Generator) -> Signal:
    """Two samples of a number, float (n,) and (m,), without NaN: two-sample Kolmogorov-Smirnov test, and the greatest
    difference of the two distribution functions as the effect.

    Raises ValueError for an empty sample. Source: Smirnov 1948; where numbers repeat, p is too high, never too low.
    """
    found = stats.ks_2samp(then, now, method="asymp")
    cuts = np.unique(np.quantile(np.concatenate([then, now]), np.linspace(0, 1, BINS)))
    counts = [np.bincount(np.searchsorted(cuts, sample), minlength=len(cuts)) for sample in (then, now)]
    point = float(found.statistic)
    effect = _corrected(point, _distances(counts, _steps, rng), min(len(then), len(now)))
    higher = np.median(now) >= np.median(then)
    order = np.argsort(-now if higher else now, kind="stable")
    return Signal(name, "ks", effect, float(found.pvalue), _middle(then), _middle(now), tuple(order[:UNLIKE].tolist()))


def kinds(name: str, then: Sequence[str], now: Sequence[str], rng: np.random.Generator) -> Signal | None:
    """Two samples of a kind: chi-squared test of the shares, and their total variation distance as the effect. None
    where all items are of one kind.

    Source: Pearson 1900. Rare kinds are compared together, see FEWEST_EXPECTED.
    """
    names, codes = np.unique(np.array([*then, *now], dtype=object).astype(str), return_inverse=True)
    if len(names) < 2:
        return None
    table = np.array([np.bincount(part, minlength=len(names)) for part in (codes[: len(then)], codes[len(then) :])])
    pooled, shown = _pooled(table, names.tolist())
    if pooled.shape[1] < 2:
        return None
    p = float(stats.chi2_contingency(pooled, correction=False).pvalue)
    shares = pooled / pooled.sum(axis=1, keepdims=True)
    point = float(np.abs(shares[0] - shares[1]).sum() / 2)
    effect = _corrected(point, _distances(list(pooled), _shares, rng), min(len(then), len(now)))
    grown = np.argsort(-(shares[1] - shares[0]), kind="stable")
    most = shown[int(grown[0])]
    mine = [place for place, kind in enumerate(now) if kind == most or (most == OTHERS and str(kind) not in shown)]
    return Signal(
        name,
        "tv",
        effect,
        p,
        _of(shown, pooled[0]),
        _of(shown, pooled[1]),
        tuple(rng.permutation(mine)[:UNLIKE].tolist()),
    )


def _pooled(table: Array, names: list[str]) -> tuple[Array, list[str]]:
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    rare = expected.min(axis=0) < FEWEST_EXPECTED
    if not rare.any():
        return table, names
    kept = [name for name, is_rare in zip(names, rare.tolist(), strict=True) if not is_rare]
    rest = table[:, rare].sum(axis=1)
    few = (table.sum(axis=1) * rest.sum() / total).min() < FEWEST_EXPECTED
    if few and kept:  # too rare even together: beside the rarest of the others
        smallest = int(np.argmin(table[:, ~rare].sum(axis=0)))
        together = table[:, ~rare].copy()
        together[:, smallest] += rest
        kept[smallest] = OTHERS
        return together, kept
    return np.column_stack([table[:, ~rare], rest]), [*kept, OTHERS]


def _distances(counts: list[Array], distance: Any, rng: np.random.Generator) -> Array:
    """float (draws,): the distance between two samples drawn from each with replacement."""
    drawn = [rng.multinomial(int(one.sum()), one / one.sum(), size=DRAWS) / one.sum() for one in counts]
    return np.asarray(distance(*drawn))


def _steps(then: Array, now: Array) -> Array:
    return np.asarray(np.abs(then.cumsum(axis=1) - now.cumsum(axis=1)).max(axis=1))


def _shares(then: Array, now: Array) -> Array:
    return np.asarray(np.abs(then - now).sum(axis=1) / 2)


def _corrected(point: float, drawn: Array, n: int) -> Estimate:
    """A distance of two samples is above 0 also where nothing moved: the bootstrap tells by how much (Efron and
    Tibshirani 1993, 10)."""
    value = max(0.0, 2 * point - float(drawn.mean()))
    spread = _Z * float(drawn.std())
    return Estimate(value, max(0.0, value - spread), min(1.0, value + spread), n)


def _middle(sample: Array) -> dict[str, Estimate]:
    """The median, with the interval that order statistics give it (Conover 1999, 3.2)."""
    n = len(sample)
    ordered = np.sort(sample)
    low, high = stats.binom.ppf([0.025, 0.975], n, 0.5).astype(int)
    ends = float(ordered[max(0, low - 1)]), float(ordered[min(n - 1, high)])
    return {"median": Estimate(float(np.median(sample)), *ends, n)}


def _of(names: list[str], counts: Array) -> dict[str, Estimate]:
    from labeler.learning.evaluation.intervals import wilson

    n = int(counts.sum())
    return {name: Estimate(hits / n, *wilson(hits, n), n) for name, hits in zip(names, counts.tolist(), strict=True)}
