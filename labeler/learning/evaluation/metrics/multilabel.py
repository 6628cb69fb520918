"""Metrics of any number of labels an item."""

from functools import partial

import numpy as np
from numpy.random import Generator

from labeler.learning.evaluation.intervals import Estimate, mean_interval, weighted_mean, wilson
from labeler.learning.evaluation.metrics import metric
from labeler.learning.evaluation.multilabel import Judged, f1_estimate, f1_of
from labeler.learning.numeric.types import Array

_TINY = 1e-6


def _all_right(judged: Judged) -> Array:
    return np.asarray((judged.true == judged.given).all(axis=1))


def _losses(judged: Judged) -> Array:
    proba = np.clip(judged.proba, _TINY, 1 - _TINY)
    return np.asarray(-np.where(judged.true, np.log(proba), np.log(1 - proba)).mean(axis=1))


def _right_of(judged: Judged, weights: Array) -> Array:
    return weighted_mean(_all_right(judged), weights)


def _loss_of(judged: Judged, weights: Array) -> Array:
    return weighted_mean(_losses(judged), weights)


@metric("macro_f1", problem="multilabel", title="Macro-F1", primary=True, weighted=partial(f1_of, macro=True))
def macro_f1(judged: Judged, rng: Generator) -> Estimate:
    """F1 of each label on average, rare labels counting as much as frequent ones.

    Interval: percentile bootstrap over items.
    """
    return f1_estimate(judged, rng, macro=True)


@metric("micro_f1", problem="multilabel", title="Micro-F1", weighted=partial(f1_of, macro=False))
def micro_f1(judged: Judged, rng: Generator) -> Estimate:
    """F1 over all labels of all items together.

    Interval: percentile bootstrap over items.
    """
    return f1_estimate(judged, rng, macro=False)


@metric("subset_accuracy", problem="multilabel", title="Exactly right", weighted=_right_of)
def subset_accuracy(judged: Judged, rng: Generator) -> Estimate:
    """Share of items whose labels are all right, and no others given.

    Interval: Wilson 1927.
    """
    n, right = len(judged), int(_all_right(judged).sum())
    return Estimate(right / n, *wilson(right, n), n) if n else Estimate.nothing()


@metric("log_loss", problem="multilabel", title="Log loss", better="lower", unit="nats", weighted=_loss_of)
def log_loss(judged: Judged, rng: Generator) -> Estimate:
    """How surprised the model is by each label's being there or not, on average.

    Interval: percentile bootstrap over items.
    """
    if not len(judged):
        return Estimate.nothing()
    losses = _losses(judged)
    return Estimate(float(losses.mean()), *mean_interval(losses, rng), len(judged))
