"""Uncertain and typical: an answer that says something about many others."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.geometry import squared_lengths
from labeler.learning.strategies.labeled import features_of
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("density_weighted")
def density_weighted(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items that resemble the rest of the pool come first.

    1 - margin times the item's mean cosine to all items. That mean is the cosine's product with the mean of
    the unit rows, so it costs one pass over the pool and no pool x pool matrix.
    pool.proba: float (items, classes); pool.X: sparse or dense (items, features).
    Returns n distinct positions and their scores as a share of the highest, highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: Settles and Craven 2008, "An Analysis of Active Learning Strategies for Sequence Labeling Tasks".
    """
    X = features_of("density_weighted", pool)
    assert pool.proba is not None
    scores = closeness(pool.proba) * np.maximum(_mean_cosine(X), 0.0)
    highest = float(scores.max())
    return Ranking.of(scores / highest if highest > 0 else scores, n)


def _mean_cosine(X: Any) -> Array:
    """Each row's mean cosine to all rows: float64 (items,); rows of zeros have 0."""
    length = np.sqrt(squared_lengths(X))
    inverse = np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)
    mean = np.asarray(X.T @ inverse.astype(X.dtype if X.dtype.kind == "f" else np.float64)) / len(length)
    return np.asarray(X @ mean.astype(mean.dtype), dtype=np.float64).ravel() * inverse
