"""Numbers: the answer lies in between, and how far apart people are says how sure it is."""

from dataclasses import dataclass

import numpy as np

from labeler.learning.consensus.base import NUMBERS, answer_method
from labeler.learning.numeric.types import Array

_ROUNDS, _CLOSE = 50, 1e-5
_OWN = 5.0  # judgments of one person that weigh as much as what is known of all
_MEDIAN = np.pi / 2  # a median of many varies so much more than their mean


@dataclass(frozen=True)
class Ratings:
    """items, people: int (n,), one entry a judgment, numbered from 0; values: float (n,)."""

    items: Array
    people: Array
    values: Array
    n_items: int
    n_people: int


@dataclass(frozen=True)
class Middle:
    """value, error: float (items,), the answer and its standard error, NaN for items without judgments. bias, spread:
    float (people,), how far each is above the answer on average, and how far around that."""

    value: Array
    error: Array
    bias: Array
    spread: Array


@answer_method("mean", kind=NUMBERS)
def mean(given: Ratings) -> Middle:
    """The mean. The error comes from how far people are apart on all items together."""
    n = np.bincount(given.items, minlength=given.n_items)
    value = np.bincount(given.items, given.values, given.n_items) / np.where(n > 0, n, np.nan)
    spread = _within(given, value, n)
    error = spread / np.sqrt(np.where(n > 0, n, np.nan))
    return Middle(value, error, np.zeros(given.n_people), np.full(given.n_people, spread))


@answer_method("median", kind=NUMBERS)
def median(given: Ratings) -> Middle:
    """The median, the lower one of two in the middle: always a number that somebody gave."""
    order = np.lexsort((given.values, given.items))
    n = np.bincount(given.items, minlength=given.n_items)
    first = np.cumsum(n) - n
    value = np.full(given.n_items, np.nan)
    some = n > 0
    value[some] = given.values[order][first[some] + (n[some] - 1) // 2]
    around = mean(given)
    return Middle(value, around.error * np.where(n > 2, np.sqrt(_MEDIAN), 1.0), around.bias, around.spread)


@answer_method("weighted_mean", kind=NUMBERS)
def weighted_mean(given: Ratings) -> Middle:
    """The mean without each person's own bias; who varies less weighs more.

    A random-effects model, by expectation-maximization: a judgment is the item's number, plus the person's bias, plus
    noise as wide as the person is. Bias and width are held near those of all. Source: the model of Raykar and others
    2010, "Learning From Crowds", for regression, with a bias.
    """
    start = mean(given)
    value, spread = start.value, float(start.spread[0]) if given.n_people else 1.0
    per_person = np.bincount(given.people, minlength=given.n_people)
    bias, width = np.zeros(given.n_people), np.full(given.n_people, spread)
    for _ in range(_ROUNDS):
        before = value
        off = given.values - value[given.items]
        bias = np.bincount(given.people, off, given.n_people) / (per_person + _OWN)
        bias = bias - (float(np.average(bias, weights=per_person)) if per_person.any() else 0.0)
        left = np.bincount(given.people, (off - bias[given.people]) ** 2, given.n_people)
        width = np.sqrt((left + _OWN * spread**2) / (per_person + _OWN))
        weight = 1 / width[given.people] ** 2
        whole = np.bincount(given.items, weight, given.n_items)
        moved = np.bincount(given.items, weight * (given.values - bias[given.people]), given.n_items)
        value = moved / np.where(whole > 0, whole, np.nan)
        if np.nanmax(np.abs(value - before), initial=0.0) < _CLOSE:
            break
    whole = np.bincount(given.items, 1 / width[given.people] ** 2, given.n_items)
    return Middle(value, 1 / np.sqrt(np.where(whole > 0, whole, np.nan)), bias, width)


def _within(given: Ratings, value: Array, n: Array) -> float:
    """How far judgments of one item are apart, over all items: a standard deviation; without overlap that of all."""
    free = int((n - 1)[n > 0].sum())
    if free <= 0:
        return float(np.std(given.values)) if len(given.values) > 1 else 1.0
    return float(max(np.sqrt(((given.values - value[given.items]) ** 2).sum() / free), 1e-6))
