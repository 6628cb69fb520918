"""Metrics of ratings."""

import numpy as np
from numpy.random import Generator

from labeler.learning.evaluation.intervals import Estimate, bootstrap, mean_interval, percentiles, weighted_mean, wilson
from labeler.learning.evaluation.metrics import metric
from labeler.learning.evaluation.ordinal import Judged, quadratic_kappa
from labeler.learning.numeric.types import Array


def _off(judged: Judged) -> Array:
    return np.asarray(np.abs(judged.predicted - judged.true))


def _off_of(judged: Judged, weights: Array) -> Array:
    return weighted_mean(_off(judged), weights)


def _kappa_of(judged: Judged, weights: Array) -> Array:
    return quadratic_kappa(judged.true, judged.predicted, weights)


def _right_of(judged: Judged, weights: Array) -> Array:
    return weighted_mean(_off(judged) < 1e-9, weights)


@metric(
    "mae", problem="ordinal", title="Mean absolute error", better="lower", unit="scale", primary=True, weighted=_off_of
)
def mae(judged: Judged, rng: Generator) -> Estimate:
    """How far predictions are from the ratings, on average.

    Interval: percentile bootstrap.
    """
    if not len(judged):
        return Estimate.nothing()
    errors = _off(judged)
    return Estimate(float(errors.mean()), *mean_interval(errors, rng), len(judged))


@metric("quadratic_kappa", problem="ordinal", title="Quadratic kappa", unit="", weighted=_kappa_of)
def kappa(judged: Judged, rng: Generator) -> Estimate:
    """Agreement with the ratings beyond chance, far errors counting most; 1 is perfect, 0 is chance.

    Interval: percentile bootstrap.
    """
    if not len(judged):
        return Estimate.nothing()
    once = np.ones((1, len(judged)))
    value = float(quadratic_kappa(judged.true, judged.predicted, once)[0])
    low, high = percentiles(quadratic_kappa(judged.true, judged.predicted, bootstrap(len(judged), rng)))
    return Estimate(value, min(low, value), max(high, value), len(judged))


@metric("spearman", problem="ordinal", title="Rank correlation", unit="")
def spearman(judged: Judged, rng: Generator) -> Estimate:
    """Whether higher rated items are predicted higher (Spearman); 1 is the same order, 0 is none.

    Interval: Fisher's transformation with the standard error of Bonett and Wright 2000.
    """
    from scipy.stats import rankdata

    n = len(judged)
    if n < 4:
        return Estimate.nothing()
    ranks = [rankdata(side) for side in (judged.true, judged.expected)]
    spreads = [float(side.std()) for side in ranks]
    if min(spreads) == 0:
        return Estimate(None, None, None, n)
    value = float(((ranks[0] - ranks[0].mean()) * (ranks[1] - ranks[1].mean())).mean() / (spreads[0] * spreads[1]))
    middle = np.arctanh(np.clip(value, -0.999999, 0.999999))
    reach = 1.959963984540054 * np.sqrt((1 + value**2 / 2) / (n - 3))
    return Estimate(value, float(np.tanh(middle - reach)), float(np.tanh(middle + reach)), n)


@metric("accuracy", problem="ordinal", title="Exactly right", weighted=_right_of)
def accuracy(judged: Judged, rng: Generator) -> Estimate:
    """Share of items whose rating is exactly right.

    Interval: Wilson 1927.
    """
    n, right = len(judged), int((_off(judged) < 1e-9).sum())
    return Estimate(right / n, *wilson(right, n), n) if n else Estimate.nothing()
