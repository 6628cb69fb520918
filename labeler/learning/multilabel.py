"""Any number of labels per item: as the sets that people write, and as the 0s and 1s that models learn from."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from labeler.learning.errors import InvalidFeatures
from labeler.learning.numeric.types import Array


def is_label_set(label: Any) -> bool:
    """Whether this is the answer "these labels, and no others" about one item; empty: none of them."""
    return isinstance(label, list | tuple | set | frozenset)


def as_indicator(y: Any) -> tuple[Array, Array]:
    """The labels, sorted, and who has which: bool (items, labels).

    y: a set, tuple or list of labels for each item, or an array of 0s and 1s (items, labels), whose labels are
    the numbers of its columns. Raises InvalidFeatures for anything else.
    """
    if hasattr(y, "ndim") and y.ndim == 2:
        given = np.asarray(y.toarray() if hasattr(y, "toarray") else y)
        if not np.isin(given, (0, 1)).all():
            raise InvalidFeatures("an array of labels must hold 0s and 1s only, a row per item")
        return np.arange(given.shape[1]), given.astype(bool)
    sets: Sequence[Iterable[Any]] = list(y)
    if not all(is_label_set(labels) for labels in sets):
        raise InvalidFeatures("give a set, tuple or list of labels for each item, or one label for each")
    classes = np.unique(np.array([label for labels in sets for label in labels]))
    indicator = np.zeros((len(sets), len(classes)), dtype=bool)
    for row, labels in enumerate(sets):
        for label in labels:
            indicator[row, np.searchsorted(classes, label)] = True
    return classes, indicator


def as_tuples(indicator: Array, classes: Array) -> list[tuple[Any, ...]]:
    """The labels of each item, in the order of classes; indicator: bool (items, labels)."""
    return [tuple(classes[row]) for row in indicator]


def is_learnable(indicator: Array) -> bool:
    """Whether there is a label that some items have and others don't."""
    return bool((indicator.any(axis=0) & ~indicator.all(axis=0)).any())
