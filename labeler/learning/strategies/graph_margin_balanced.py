"""The default with a thumb on the scale for labels that have few examples so far."""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import one_of_each_cluster
from labeler.learning.strategies.graph_margin import SURROUNDINGS, undecided
from labeler.learning.strategies.labeled import label_columns
from labeler.learning.strategies.registry import Pool, Ranking, strategy

POWER = 0.5
"""A label with four times the examples counts half as much."""


@strategy("graph_margin_balanced", batch=True, shortlist=SURROUNDINGS)
def graph_margin_balanced(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Uncertain items in undecided neighborhoods, first those that may be of a label with few examples.

    The score of `graph_margin` times the expected weight of the item's label: 1 for the label with the fewest
    examples, falling with the root of their number. For pools with rare labels; where all are about as frequent it
    chooses as `graph_margin` does.
    pool: as for `graph_margin`; pool.y_labeled: (labels,), labels of the estimator's classes_.
    Returns n distinct positions and their scores in [0, 1], highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba or labels, InvalidPool without X and
    when labels and columns of proba don't fit together.
    Source: `graph_margin`, weighed after Aggarwal, Popescu and Hudelot 2020, "Active Learning for Imbalanced Datasets".
    """
    assert pool.proba is not None
    scores = undecided(pool) * (pool.proba @ _weights(pool))
    return one_of_each_cluster("graph_margin_balanced", pool, scores, n, rng)


def _weights(pool: Pool) -> Array:
    """float (classes,): what each label counts, in (0, 1]."""
    assert pool.proba is not None
    examples = np.bincount(label_columns("graph_margin_balanced", pool), minlength=pool.proba.shape[1]) + 1.0
    return np.asarray((examples.min() / examples) ** POWER)
