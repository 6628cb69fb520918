"""Uncertain, with a share for every class: rare ones are not crowded out."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.labeled import label_columns
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy


@strategy("class_balanced")
def class_balanced(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items of all predicted classes in turn; the fewer labels a class has, the more often its turn.

    A class's share of the ranking is proportional to 1 / (its labels so far + 1); within a class the smallest
    margin comes first. A class whose items are used up leaves its share to the others.
    pool.proba: float (items, classes); pool.y_labeled: (labels,), labels of the estimator's classes_.
    Returns n distinct positions and scores that fall evenly from 1 to 0.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba or labels, InvalidPool when
    labels and columns of proba don't fit together.
    Source: after Aggarwal, Popescu and Hudelot 2020, "Active Learning for Imbalanced Datasets".
    """
    assert pool.proba is not None
    columns = pool.proba.shape[1]
    counts = np.bincount(label_columns("class_balanced", pool), minlength=columns)
    predicted = pool.proba.argmax(axis=1)
    close = closeness(pool.proba)
    due, items = [], []
    for column in range(columns):
        members = np.flatnonzero(predicted == column)
        if len(members):
            items.append(members[Ranking.of(close[members], min(n, len(members))).positions])
            due.append(_turns(len(items[-1]), int(counts[column])))
    every, when = np.concatenate(items), np.concatenate(due)
    return Ranking.falling(every[np.lexsort((-close[every], when))[:n]])


def _turns(items: int, labels: int) -> Array:
    """When a class is due for the first time, the second, ...: often with few labels so far."""
    return np.arange(1, items + 1, dtype=np.float64) * (labels + 1)
