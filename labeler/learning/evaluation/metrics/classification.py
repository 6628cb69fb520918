"""Metrics of one label an item."""

import numpy as np
from numpy.random import Generator

from labeler.learning.evaluation.classification import (
    Judged,
    calibration_error,
    calibration_interval,
    f1_interval,
    macro_f1_of,
    mean_f1,
)
from labeler.learning.evaluation.intervals import Estimate, mean_interval, weighted_mean, wilson
from labeler.learning.evaluation.metrics import metric
from labeler.learning.numeric.types import Array

_TINY = 1e-7


def _losses(judged: Judged) -> Array:
    return np.asarray(-np.log(np.clip(judged.proba[np.arange(len(judged)), judged.true], _TINY, 1.0)))


def _right_of(judged: Judged, weights: Array) -> Array:
    return weighted_mean(judged.predicted == judged.true, weights)


def _f1_of(judged: Judged, weights: Array) -> Array:
    k = np.eye(len(judged.labels))
    true, predicted = k[judged.true], k[judged.predicted]
    return mean_f1(weights @ (true * predicted), weights @ true + weights @ predicted)


def _loss_of(judged: Judged, weights: Array) -> Array:
    return weighted_mean(_losses(judged), weights)


@metric("accuracy", problem="classification", title="Accuracy", primary=True, weighted=_right_of)
def accuracy(judged: Judged, rng: Generator) -> Estimate:
    """Share of items whose label is right.

    Interval: Wilson 1927.
    """
    n, right = len(judged), int((judged.predicted == judged.true).sum())
    return Estimate(right / n, *wilson(right, n), n) if n else Estimate.nothing()


@metric("macro_f1", problem="classification", title="Macro-F1", weighted=_f1_of)
def macro_f1(judged: Judged, rng: Generator) -> Estimate:
    """F1 of each label on average, rare labels counting as much as frequent ones.

    Over the labels that occur or are predicted. Interval: percentile bootstrap, widened by what labels without errors
    may still get wrong.
    """
    if not len(judged):
        return Estimate.nothing()
    return Estimate(float(macro_f1_of(judged.matrix[None])[0]), *f1_interval(judged.matrix, rng), len(judged))


@metric("log_loss", problem="classification", title="Log loss", better="lower", unit="nats", weighted=_loss_of)
def log_loss(judged: Judged, rng: Generator) -> Estimate:
    """How surprised the model is by the right labels, on average.

    Labels that it does not know have a probability of 1e-7. Interval: percentile bootstrap.
    """
    if not len(judged):
        return Estimate.nothing()
    losses = _losses(judged)
    return Estimate(float(losses.mean()), *mean_interval(losses, rng), len(judged))


@metric("calibration_error", problem="classification", title="Calibration error", better="lower")
def ece(judged: Judged, rng: Generator) -> Estimate:
    """How far the model's confidence is from how often it is right, on average.

    Interval: basic bootstrap, which takes off what a few items add to it by chance.
    """
    if not len(judged):
        return Estimate.nothing()
    confidence, right = judged.proba.max(axis=1), judged.predicted == judged.true
    value = calibration_error(confidence, right)
    return Estimate(value, *calibration_interval(confidence, right, value, rng), len(judged))
