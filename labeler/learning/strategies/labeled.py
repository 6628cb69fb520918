"""What strategies ask of a pool beyond probabilities: its features, and what is labeled so far."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import InvalidPool, NeedsModel
from labeler.learning.numeric.types import Array
from labeler.learning.strategies.geometry import dense_rows, stacked
from labeler.learning.strategies.registry import Pool


def features_of(name: str, pool: Pool) -> Any:
    """pool.X. Raises InvalidPool, naming the strategy, without it."""
    if pool.X is None:
        raise InvalidPool(f'strategy "{name}" needs the features of the items')
    return pool.X


def labeled_features_of(name: str, pool: Pool) -> Any:
    """pool.X_labeled. Raises NeedsModel, naming the strategy, without any."""
    if pool.X_labeled is None or not pool.X_labeled.shape[0]:
        raise NeedsModel(f'strategy "{name}" needs the features of the labeled items')
    return pool.X_labeled


def some_of(items: int, most: int, rng: Generator) -> Array:
    """int64 positions in order: all of this many items, or `most` of them at random."""
    return np.arange(items) if items <= most else np.sort(rng.choice(items, most, replace=False))


def label_columns(name: str, pool: Pool) -> Array:
    """int64 (labels,): the column of proba that each of y_labeled stands for, by the estimator's classes_.

    Without an estimator the columns are taken to be the labels in sorted order.
    Raises NeedsModel without labels, InvalidPool when labels and columns don't fit together.
    """
    if pool.y_labeled is None or not len(pool.y_labeled):
        raise NeedsModel(f'strategy "{name}" needs the labels so far')
    assert pool.proba is not None
    labels = np.asarray(pool.y_labeled).tolist()
    classes = getattr(pool.estimator, "classes_", None)
    known = sorted(set(labels)) if classes is None else np.asarray(classes).tolist()
    columns = pool.proba.shape[1]
    if len(known) != columns:
        raise InvalidPool(f"{columns} columns of probabilities, but {len(known)} classes: which is which?")
    column = {label: place for place, label in enumerate(known)}
    if unknown := set(labels) - set(column):
        raise InvalidPool(f'the label "{unknown.pop()}" is none of the estimator\'s classes')
    return np.array([column[label] for label in labels], dtype=np.int64)


def beside_labeled(pool: Pool, X: Any, most: int, rng: Generator) -> tuple[Array, Array]:
    """Short dense rows of X and of at most `most` labeled items, in the same space; none labeled is fine."""
    if pool.X_labeled is None or not pool.X_labeled.shape[0]:
        rows = dense_rows(X, rng)
        return rows, rows[:0]
    labeled = pool.X_labeled[some_of(pool.X_labeled.shape[0], most, rng)]
    rows = dense_rows(stacked(X, labeled), rng)
    return rows[: X.shape[0]], rows[X.shape[0] :]


def inner(a: Any, b: Any) -> Array:
    """Inner products of the rows: float64 (rows of a, rows of b)."""
    found = a @ b.T
    return np.asarray(found.toarray() if hasattr(found, "toarray") else found, dtype=np.float64)
