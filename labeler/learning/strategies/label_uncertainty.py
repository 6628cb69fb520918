"""For items with any number of labels: how unsure the model is about each of them, on average."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import SHORTLIST, one_of_each_cluster
from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("label_uncertainty", order="label_uncertainty", problem="multilabel")
def label_uncertainty(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items about whose labels the model is least sure on average (any number of labels per item).

    pool.proba: float (items, labels), each 0 to 1. Returns n distinct positions and their mean uncertainty in
    [0, 1], highest first. Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba.
    """
    return Ranking.of(mean_uncertainty(pool), n)


@strategy("label_uncertainty_kmeans", order="label_uncertainty", batch=True, shortlist=SHORTLIST, problem="multilabel")
def label_uncertainty_kmeans(pool: Pool, n: int, rng: Generator) -> Ranking:
    """As label_uncertainty, but items that differ from each other: one of each cluster of the least sure.

    pool.X: sparse or dense (items, features). Raises InvalidPool without it, and what label_uncertainty raises.
    Source: after Zhdanov 2019, "Diverse mini-batch Active Learning".
    """
    return one_of_each_cluster("label_uncertainty_kmeans", pool, mean_uncertainty(pool), n, rng)


def mean_uncertainty(pool: Pool) -> Array:
    """1 where every label is a coin toss, 0 where each is sure: float64 (items,)."""
    assert pool.proba is not None
    return np.asarray((1.0 - np.abs(2.0 * pool.proba.astype(np.float64) - 1.0)).mean(axis=1))
