"""Find them all: the likeliest examples of one class first."""

import numpy as np
from numpy.random import Generator

from labeler.learning.strategies.labeled import label_columns
from labeler.learning.strategies.registry import POSITIVE, Pool, Ranking, strategy


@strategy("most_likely_positive", wants={POSITIVE})
def most_likely_positive(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items most likely to be of the class that is searched for come first.

    pool.proba: float (items, classes); pool.positive: that class's column. Without it, the class with the
    fewest labels so far, of several the last; without labels, the last column.
    Returns n distinct positions and their probability of the class, highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, InvalidPool for a column
    that proba does not have, or when labels and columns don't fit together.
    Source: Lewis and Gale 1994, "A Sequential Algorithm for Training Text Classifiers" (relevance sampling);
    Garnett et al. 2012, "Bayesian Optimal Active Search and Surveying" (greedy active search).
    """
    assert pool.proba is not None
    column = _rarest(pool, pool.proba.shape[1]) if pool.positive is None else pool.positive
    return Ranking.of(pool.proba[:, column], n)


def _rarest(pool: Pool, columns: int) -> int:
    if pool.y_labeled is None or not len(pool.y_labeled):
        return columns - 1
    counts = np.bincount(label_columns("most_likely_positive", pool), minlength=columns)
    return int(np.flatnonzero(counts == counts.min())[-1])
