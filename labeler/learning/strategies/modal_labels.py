"""modAL's query functions for items with any number of labels, by name.

Offered are those that take n items. `SVM_binary_minimum` gives one item and asks for SVMs by their place in the
estimator, so it is not. They read probabilities and predictions only; the items are handed to them as a
column of zeros, since some take the number of items with `len`, which sparse rows don't have.
"""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.registry import Pool, Ranking, strategy


class _Learner:
    """What modAL's functions ask of a learner."""

    def __init__(self, proba: Array) -> None:
        self._proba = proba
        self.classes_ = np.arange(proba.shape[1])

    def predict_proba(self, X: Any) -> Array:
        return self._proba

    def predict(self, X: Any) -> Array:
        return (self._proba > 0.5).astype(np.int64)


def _asked(function: Any, pool: Pool, n: int) -> Ranking:
    """The n items that a function picks, in its order of preference."""
    assert pool.proba is not None
    picked, values = function(_Learner(pool.proba), np.zeros((len(pool), 1)), n_instances=n)
    sign = -1.0 if function.__name__ == "min_confidence" else 1.0
    order = np.argsort(-sign * np.asarray(values), kind="stable")
    return Ranking.falling(np.asarray(picked)[order])


@strategy("modal_max_loss", order="label_uncertainty", problem="multilabel")
def modal_max_loss(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the likeliest label would cost most if the predictions were wrong (modAL.multilabel.max_loss).

    Source: Li, Wang and Sung 2004, "Multilabel SVM Active Learning for Image Classification".
    """
    from modAL.multilabel import max_loss

    return _asked(max_loss, pool, n)


@strategy("modal_mean_max_loss", order="label_uncertainty", problem="multilabel")
def modal_mean_max_loss(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the labels would cost most on average (modAL.multilabel.mean_max_loss).

    Source: Li, Wang and Sung 2004, "Multilabel SVM Active Learning for Image Classification".
    """
    from modAL.multilabel import mean_max_loss

    return _asked(mean_max_loss, pool, n)


@strategy("modal_min_confidence", order="label_uncertainty", problem="multilabel")
def modal_min_confidence(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the least likely label is least likely (modAL.multilabel.min_confidence).

    Source: Esuli and Sebastiani 2009, "Active Learning Strategies for Multi-Label Text Classification".
    """
    from modAL.multilabel import min_confidence

    return _asked(min_confidence, pool, n)


@strategy("modal_avg_confidence", order="label_uncertainty", problem="multilabel")
def modal_avg_confidence(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the labels are likeliest on average (modAL.multilabel.avg_confidence).

    Source: Esuli and Sebastiani 2009, "Active Learning Strategies for Multi-Label Text Classification".
    """
    from modAL.multilabel import avg_confidence

    return _asked(avg_confidence, pool, n)


@strategy("modal_max_score", order="label_uncertainty", problem="multilabel")
def modal_max_score(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: the likeliest label that is predicted is surest (modAL.multilabel.max_score).

    Source: Esuli and Sebastiani 2009, "Active Learning Strategies for Multi-Label Text Classification".
    """
    from functools import partial, update_wrapper

    from modAL.multilabel import max_score

    return _asked(update_wrapper(partial(max_score, random_tie_break=False), max_score), pool, n)


@strategy("modal_avg_score", order="label_uncertainty", problem="multilabel")
def modal_avg_score(pool: Pool, n: int, rng: Generator) -> Ranking:
    """modAL: predicted labels are surest on average (modAL.multilabel.avg_score).

    Source: Esuli and Sebastiani 2009, "Active Learning Strategies for Multi-Label Text Classification".
    """
    from modAL.multilabel import avg_score

    return _asked(avg_score, pool, n)
