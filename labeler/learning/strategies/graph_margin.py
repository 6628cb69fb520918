"""Uncertain where others are uncertain too: one answer settles a neighborhood.

An outlier can be as uncertain as the border between two classes, but its label teaches nothing about any
other item. So each item's uncertainty is weighed by that of its neighbors, and, half as much, of theirs.
"""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import one_of_each_cluster
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy

FARTHER = 0.5
"""What the neighbors of neighbors count."""

SURROUNDINGS = 800
"""Long rankings see this many times n items: a shortlist of ten times n would cut off most neighbors."""


@strategy("graph_margin", batch=True, shortlist=SURROUNDINGS)
def graph_margin(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items that differ from each other and whose neighborhood is undecided too.

    As `margin_kmeans`, by (1 - margin) times the square root of the uncertainty around the item, as a share
    of the highest. Without pool.neighbors it is `margin_kmeans`.
    pool.proba: float (items, classes); pool.X: sparse or dense (items, features); pool.neighbors: symmetric
    sparse (items, items), 0 or more.
    Returns n distinct positions and their scores in [0, 1], highest first. Items with identical features are
    never chosen together while the pool has n different ones.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool without X.
    Source: after Zhdanov 2019, "Diverse mini-batch Active Learning", and Zhu, Lafferty and Ghahramani 2003,
    "Combining Active Learning and Semi-Supervised Learning Using Gaussian Fields and Harmonic Functions".
    """
    return one_of_each_cluster("graph_margin", pool, undecided(pool), n, rng)


def undecided(pool: Pool) -> Array:
    """How uncertain each item and its neighborhood are, float (items,) in [0, 1]; without neighbors 1 - margin."""
    assert pool.proba is not None
    scores = closeness(pool.proba)
    return scores if pool.neighbors is None else scores * np.sqrt(_mass(pool.neighbors, scores))


def _mass(neighbors: Any, uncertainty: Array) -> Array:
    """The uncertainty around each item as a share of the highest; all alike when nobody has neighbors."""
    graph = np.asarray(neighbors @ uncertainty).ravel()
    mass = np.maximum(graph + FARTHER * np.asarray(neighbors @ graph).ravel(), 0.0)
    highest = float(mass.max())
    return mass / highest if highest > 0 else np.ones(len(mass))
