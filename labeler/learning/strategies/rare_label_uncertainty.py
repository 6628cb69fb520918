"""For items with any number of labels: unsure whether to give a label, rare labels counting most.

A probability of 0.3 is nothing to ask about for a frequent label, and a coin toss for a rare one, which F1 wants given
from about there. So each label is unsure around its own threshold, the one that makes the F1 largest that is to be
expected, and counts by how rare it is: macro-F1 weighs all labels alike, and frequent ones come by themselves.

Why: docs/decisions/0017-several-labels.md
"""

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import SHORTLIST, one_of_each_cluster
from labeler.learning.strategies.registry import Pool, Ranking, strategy

_LEAST = 1e-3


@strategy("rare_label_uncertainty", order="label_uncertainty", batch=True, shortlist=SHORTLIST, problem="multilabel")
def rare_label_uncertainty(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items about whose labels the model is unsure, rare labels counting most, that differ from each other.

    pool.proba: float (items, labels), each 0 to 1; pool.X: sparse or dense (items, features). Returns n distinct
    positions and their scores in [0, 1], highest first. Raises TooFewItems when the pool holds fewer than n,
    NeedsModel without proba, InvalidPool without X.
    Source: after Zhdanov 2019, "Diverse mini-batch Active Learning", and Lipton, Elkan and Naryanaswamy 2014, "Optimal
    Thresholding of Classifiers to Maximize F1 Measure".
    """
    assert pool.proba is not None
    return one_of_each_cluster("rare_label_uncertainty", pool, around_thresholds(pool.proba), n, rng)


def around_thresholds(proba: Array) -> Array:
    """1 for the item whose labels are most unsure: float64 (items,)."""
    from labeler.learning.semi_supervised.multilabel import expected_f1_thresholds

    given = np.asarray(proba, dtype=np.float64)
    thresholds = expected_f1_thresholds(given)
    unsure = np.minimum(given / thresholds, (1 - given) / (1 - thresholds))  # 1 at the threshold, 0 at 0 and 1
    rarity = 1 / np.maximum(given.mean(axis=0), _LEAST)
    scores = unsure @ (rarity / rarity.sum())
    return np.asarray(scores / max(float(scores.max()), 1e-12))
