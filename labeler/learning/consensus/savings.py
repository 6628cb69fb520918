"""What asking one more only where an answer is not certain saves, against a fixed number of labels for each item."""

from typing import NamedTuple

import numpy as np

from labeler.learning.numeric.types import Array

MOST = 20
"""Labels an item beyond which a fixed number is not looked for."""
ITEMS, DRAWS = 1_500, 200
_Z = 1.959963984540054


class Saved(NamedTuple):
    """fixed: labels an item that a fixed number would have taken for the same certainty; share: of those labels, how
    many were not needed, with its 95 % interval. at_least: a fixed number of MOST would not have been enough."""

    fixed: float
    share: float
    low: float
    high: float
    at_least: bool


def saved_by_adapting(
    accuracy: Array, error: Array, work: Array, values: int, confidence: Array, given: Array, seed: int
) -> Saved:
    """Simulates what a fixed number of labels comes to, from people who are right as often as these.

    accuracy, error, work: float (people,), how often each is right, its standard error, and how much of the labels
    they gave. values: how many answers there are. confidence, given: float (items,), of the answers that there are.
    Each draw takes other items and other accuracies within their errors; people err independently, and who errs says
    any other value (Dawid and Skene 1979, one rate a person).
    """
    rng = np.random.default_rng(seed)
    share = np.asarray(work, dtype=np.float64) / np.sum(work)
    shares, fixed = np.empty(DRAWS), np.empty(DRAWS)
    for draw in range(DRAWS):
        some = rng.integers(len(confidence), size=len(confidence))
        drawn = np.clip(accuracy + error * rng.standard_normal(len(accuracy)), 1 / values, 0.995)
        by_number = _certainty(drawn, share, values, rng)
        reached = float(np.mean(confidence[some]))
        fixed[draw] = _number_for(by_number, reached)
        shares[draw] = 1 - float(np.mean(given[some])) / fixed[draw]
    low, high = np.quantile(shares, (0.025, 0.975))
    middle = float(np.median(fixed))
    return Saved(middle, float(np.median(shares)), float(low), float(high), middle >= MOST - 0.5)


def _certainty(accuracy: Array, share: Array, values: int, rng: np.random.Generator) -> Array:
    """The mean chance of the likeliest answer after 1, 2, ... MOST labels: float (MOST,), never falling."""
    who = rng.choice(len(accuracy), size=(ITEMS, MOST), p=share)
    sure = accuracy[who]
    right = rng.random((ITEMS, MOST)) < sure
    said = np.where(right, 0, 1 + rng.integers(max(values - 1, 1), size=(ITEMS, MOST)))
    weight = np.log(sure * max(values - 1, 1) / (1 - sure))
    votes, rows, found = np.zeros((ITEMS, values)), np.arange(ITEMS), np.empty(MOST)
    for number in range(MOST):
        votes[rows, said[:, number]] += weight[:, number]
        top = votes.max(axis=1)
        found[number] = np.mean(1 / np.exp(votes - top[:, None]).sum(axis=1))
    return np.maximum.accumulate(found)


def _number_for(certainty: Array, reached: float) -> float:
    """How many labels an item come to this certainty, between whole numbers along a line; 1 at least."""
    return float(np.interp(reached, certainty, np.arange(1, MOST + 1)))
