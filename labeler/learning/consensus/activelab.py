"""Whether one more label of an item is worth more than the first label of a new one.

Why: docs/decisions/0035-relabel-or-new-item.md
"""

from typing import NamedTuple

import numpy as np

from labeler.learning.consensus.base import Judgments
from labeler.learning.consensus.crowdlab import Weighed, weigh
from labeler.learning.numeric.types import Array


class Scores(NamedTuple):
    """How little is gained by the next label, from 0 to 1. labeled: float (items,); new: float (new items,)."""

    labeled: Array
    new: Array


def active_scores(given: Judgments, new: Array) -> Scores:
    """The lowest score is worth a label most, whether the item has labels or not.

    given: at least one judgment of each item, and `proba` of a model that did not learn from them. new: float (new
    items,), the chance of the likeliest value of items that nobody has labeled, by the same model. A score is the
    confidence in the answer, pulled to 1 / values by what one more person would weigh. Source: Goh and Mueller 2023,
    "ActiveLab: Active Learning with Re-Labeling by Multiple Annotators", as cleanlab does it; `proba` is taken as it
    is, where cleanlab sets its temperature first. Raises ValueError without `proba`.
    """
    if given.proba is None:
        raise ValueError("ActiveLab needs what a model says")
    found = _weighed(given)
    others = float(found.people.mean())
    sums = np.bincount(given.items, found.people[given.people], given.shape.items)
    quality = found.posterior[np.arange(given.shape.items), found.agreed]
    labeled = _pulled(quality, sums + found.model, others, given.shape.values)
    return Scores(labeled, _pulled(new, found.model, others, given.shape.values))


def _weighed(given: Judgments) -> Weighed:
    """Where no item has two judgments nobody can be told from anybody else: all weigh the same."""
    if np.bincount(given.items, minlength=given.shape.items).max() > 1:
        return weigh(given)[0]
    assert given.proba is not None
    agreed = np.zeros(given.shape.items, dtype=np.int64)
    agreed[given.items] = given.codes
    return Weighed(given.proba, agreed, np.ones(given.shape.people), 1.0)


def _pulled(confidence: Array, weight: Array | float, others: float, values: int) -> Array:
    return np.asarray((confidence * weight + others / values) / (weight + others))
