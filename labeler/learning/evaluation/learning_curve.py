"""Where a learning curve leads: the score at more labels, the gain of another hundred, the labels to a target.

The curve is score(n) = a - b * n**-c with a at most 1, b at least 0 and c between 0.1 and 1.5, fitted by least squares
weighted with the binomial variance of each score. Source: inverse power law, as in Figueroa et al. 2012, "Predicting
sample size required for classification performance"; intervals are a parametric bootstrap.

The fit gives the shape alone. The level is what the newest model was measured at: the items of the first, small
holdouts are among its own, and a few lucky scores on them would lift the whole curve above it.

All scores come from one growing holdout, so most of their error is common to neighbors: it lifts or tilts the whole
curve, and the scatter doesn't show it. The bootstrap's noise is correlated alike, which is too careful for scores
from separate holdouts. Scores other than accuracy are taken to vary like one. Intervals speak of the true score, not of
the next one measured, and are only as good as the power law: don't ask far beyond twice the labels.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array

MIN_POINTS = 4
REPEATS = 400
OUT_OF_REACH = 20
"""A target further away than this many times the labels so far is no forecast any more."""
_SHARED = 0.5  # correlation of two models' errors on the same items
_POWERS = np.geomspace(0.1, 1.5, 16)
_RECENT = 60
_NOTHING = Estimate(None, None, None, 0)


class Point(NamedTuple):
    """One model: how many labels it was trained on, its holdout score in [0, 1], and the holdout's items."""

    labels: int
    score: float
    holdout: int


@dataclass(frozen=True)
class Distance:
    """How many more labels a target takes; high is None where the target may lie out of reach."""

    labels: int
    low: int
    high: int | None

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def missing(points: Sequence[Point]) -> str | None:
    """Why there is no forecast yet, in words; None when there is one. Raises ValueError as the others do."""
    n = len({point.labels for point in _usable(points)})
    return None if n >= MIN_POINTS else f"the learning curve has {n} points, a forecast needs {MIN_POINTS}"


def extrapolate(points: Sequence[Point], at: int, seed: int = 0) -> Estimate:
    """The score that `at` labels would reach, with its 95 % interval; all None for fewer than 4 points.

    At the most labels of the points it is the score that was measured there, of several the one given last.
    points: in any order; those without labels, holdout or score are passed over; `n` is the last holdout's.
    Raises ValueError for a score beyond [0, 1] and for `at` below 1.
    """
    if at < 1:
        raise ValueError(f"at is {at}, expected 1 or more labels")
    fits = _fits(points, seed)
    if fits is None:
        return _NOTHING
    return _estimate(np.maximum(fits.at(float(at)), 0.0), fits.holdout)


def expected_gain(points: Sequence[Point], more: int = 100, seed: int = 0) -> Estimate:
    """What `more` labels would add to the score, with its 95 % interval; all None for fewer than 4 points.

    Never negative: a curve that falls is taken for a flat one. Raises ValueError for a score beyond [0, 1].
    """
    if more < 0:
        raise ValueError(f"more is {more}, expected 0 or more labels")
    fits = _fits(points, seed)
    if fits is None:
        return _NOTHING
    return _estimate(fits.at(float(fits.labels + more)) - fits.at(float(fits.labels)), fits.holdout)


def labels_to(points: Sequence[Point], target: float, seed: int = 0) -> Distance | None:
    """How many more labels the target score takes; None for fewer than 4 points or when it is out of reach.

    0 labels when the curve is there already. Raises ValueError for a score or target beyond [0, 1].
    """
    if not 0.0 <= target <= 1.0:
        raise ValueError(f"target is {target:g}, expected a score from 0 to 1")
    fits = _fits(points, seed)
    if fits is None:
        return None
    room = fits.a - target
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        total = np.where(fits.b > 0.0, (fits.b / np.maximum(room, 1e-12)) ** (1.0 / fits.c), 0.0)
    more = np.where(room > 0.0, np.maximum(0.0, total - fits.labels), np.inf)
    more = np.where(fits.at(float(fits.labels)) >= target, 0.0, more)
    more = np.where(more > OUT_OF_REACH * fits.labels, np.inf, more)
    if not np.isfinite(more[0]):
        return None
    low, high = np.quantile(more[1:], [0.025, 0.975], method="inverted_cdf")
    best = round(float(more[0]))
    return Distance(best, min(best, round(float(low))), max(best, round(float(high))) if np.isfinite(high) else None)


def hours(labels: float, median_seconds: float) -> float:
    """Hours that this many labels take. Raises ValueError when either is negative."""
    if labels < 0 or median_seconds < 0:
        raise ValueError(f"{labels:g} labels of {median_seconds:g} seconds each, expected none negative")
    return labels * median_seconds / 3600


@dataclass(frozen=True)
class _Fits:
    """Curves (1 + repeats,), that of the points themselves first; each ends at its newest score, and at 1."""

    a: Array
    b: Array
    c: Array
    labels: int
    holdout: int

    def at(self, labels: float) -> Array:
        return np.asarray(np.minimum(1.0, self.a - self.b * labels**-self.c))


def _usable(points: Sequence[Point]) -> list[Point]:
    there = (Point(*point) for point in points if point[0] > 0 and point[1] is not None and point[2] > 0)
    kept = sorted(there, key=lambda point: point.labels)
    for point in kept:
        if not 0.0 <= point.score <= 1.0:
            raise ValueError(f"score {point.score:g} at {point.labels} labels, expected one from 0 to 1")
    # Thinned evenly: hundreds of rounds say no more than sixty, and cost more.
    if len(kept) > _RECENT:
        kept = [kept[i] for i in np.linspace(0, len(kept) - 1, _RECENT).round().astype(int)]
    return kept


def _fits(points: Sequence[Point], seed: int) -> _Fits | None:
    if missing(points) is not None:
        return None
    kept = _usable(points)
    labels, score, items = (np.array(column, dtype=np.float64) for column in zip(*kept, strict=True))
    a, b, c = _fit(labels, score[None, :], items / _spread(score, items))
    fitted = np.clip(a - b * labels**-c, 0.0, 1.0)
    # Models differ by more than their holdout shows; three more points at the binomial keep few from deciding.
    variance = _spread(fitted, items) / items
    scatter = max(1.0, float((((score - fitted) ** 2 / variance).sum() + 3) / len(kept)))
    a = _anchored(b, c, labels, score[None, :])
    fitted = np.clip(a - b * labels**-c, 0.0, 1.0)
    variance = _spread(fitted, items) / items
    nested = np.sqrt(np.minimum.outer(items, items) / np.maximum.outer(items, items))
    together = np.linalg.cholesky(_SHARED * nested + np.diag(np.full(len(kept), scatter - _SHARED)))
    noise = np.random.default_rng(seed).standard_normal((REPEATS, len(kept))) @ together.T * np.sqrt(variance)
    scores = np.clip(fitted + noise, 0.0, 1.0)
    _, many_b, many_c = _fit(labels, scores, 1.0 / variance)
    many_a = _anchored(many_b, many_c, labels, scores)
    a, b, c = (np.concatenate(both) for both in ((a, many_a), (b, many_b), (c, many_c)))
    return _Fits(a, b, c, int(labels[-1]), int(items[-1]))


def _anchored(b: Array, c: Array, labels: Array, scores: Array) -> Array:
    """The ends `a` of curves that lead through the newest of their scores: (curves,)."""
    return np.asarray(scores[:, -1] + b * labels[-1] ** -c)


def _spread(score: Array, items: Array) -> Array:
    """p(1 - p), with two right and two wrong items added: a perfect score has a variance too."""
    share = (score * items + 2) / (items + 4)
    return np.asarray(share * (1 - share))


def _fit(labels: Array, scores: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Weighted least squares of a, b within their bounds for each power, the best power kept.

    labels, weights: (points,); scores: (curves, points). Returns a, b, c: (curves,).
    """
    x = labels[None, :] ** -_POWERS[:, None]  # (powers, points)
    w = weights / weights.sum()
    mean_x, mean_y = x @ w, scores @ w
    away = x - mean_x[:, None]
    b = np.maximum(0.0, -((away * w) @ scores.T) / (away**2 @ w)[:, None])  # (powers, curves)
    a = mean_y[None, :] + b * mean_x[:, None]
    # Where the best curve ends above 1, the best one that ends at 1 instead.
    to_one = np.maximum(0.0, ((x * w) @ (1.0 - scores).T) / (x**2 @ w)[:, None])
    a, b = np.where(a > 1.0, 1.0, a), np.where(a > 1.0, to_one, b)
    missed = (scores[None] - a[..., None] + b[..., None] * x[:, None, :]) ** 2 @ w
    best = missed.argmin(axis=0)
    pick = np.arange(len(scores))
    return a[best, pick], b[best, pick], _POWERS[best]


def _estimate(values: Array, n: int) -> Estimate:
    low, high = np.quantile(values[1:], [0.025, 0.975])
    value = float(values[0])
    return Estimate(value, min(value, float(low)), max(value, float(high)), n)
