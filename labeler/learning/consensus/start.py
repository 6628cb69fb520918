"""What can be said of a crowd before anybody's accuracy is known: from how often two of them agree.

Methods that estimate answers and labelers in turn may drift to a single value when there are two judgments an item.
These figures do not depend on what the answers turn out to be, and hold them.
"""

from dataclasses import dataclass

import numpy as np

from labeler.learning.consensus.base import Judgments
from labeler.learning.numeric.types import Array

_BEST, _FEW_PAIRS = 0.97, 10
_STEADIEST = 30.0


@dataclass(frozen=True)
class Crowd:
    """accuracy: how often a person is right, in the middle; steadiness: how many judgments of somebody count as much
    as what is known of all; prior: float (values,), how frequent each value is among the judgments."""

    accuracy: float
    steadiness: float
    prior: Array


def crowd_of(given: Judgments) -> Crowd:
    """Of people who are right with one chance each, and otherwise say any other value: two of them agree with chance
    a^2 + (1 - a)^2 / (values - 1), which is solved for a; how far people differ, by how much the agreement of each
    varies beyond what chance makes of it. A few pairs of accuracy 0.8 are added, for what there is little of.

    Source: method of moments for the one-coin model of Dawid and Skene 1979.
    """
    values = given.shape.values
    counts = given.counts()
    per_item = counts.sum(axis=1)
    pairs = float((per_item * (per_item - 1)).sum())
    agreeing = float((counts * (counts - 1)).sum())
    usual = 0.8**2 + 0.2**2 / max(values - 1, 1)
    agreement = max((agreeing + usual * _FEW_PAIRS) / (pairs + _FEW_PAIRS), 1 / values + 0.02)
    accuracy = min(_accuracy(agreement, values), _BEST)
    prior = (counts.sum(axis=0) + 1) / (counts.sum() + values)
    return Crowd(accuracy, _steadiness(given, counts, per_item, accuracy), prior)


def _accuracy(agreement: float, values: int) -> float:
    others = max(values - 1, 1)
    a, b, c = 1 + 1 / others, -2 / others, 1 / others - agreement
    return float((-b + np.sqrt(max(b * b - 4 * a * c, 0.0))) / (2 * a))


def _steadiness(given: Judgments, counts: Array, per_item: Array, accuracy: float) -> float:
    people, others = given.shape.people, max(given.shape.values - 1, 1)
    pairs = np.bincount(given.people, per_item[given.items] - 1, people)
    alike = np.bincount(given.people, counts[given.items, given.codes] - 1, people)
    seen = pairs > 0
    if not seen.any():
        return _STEADIEST
    mean = alike.sum() / pairs.sum()
    share = pairs[seen] / pairs.sum()
    spread = (share * (alike[seen] / pairs[seen] - mean) ** 2).sum() - (share * mean * (1 - mean) / pairs[seen]).sum()
    between = max(spread, 1e-4) / max(accuracy - (1 - accuracy) / others, 0.05) ** 2
    return float(np.clip(accuracy * (1 - accuracy) / between - 1, 1.0, _STEADIEST))
