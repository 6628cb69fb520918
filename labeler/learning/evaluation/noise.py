"""What is left to any model: how often answers are wrong by which it is judged, told from two people who labeled the
same items without each other's answer.

Two labels differ where either is wrong, so their disagreement is up to twice the error of one. What an answer rests
on counts, too: of three labels the one that most say is wrong less often than each. Why so, and what is assumed:
docs/decisions/0043-error-in-four-parts.md
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from labeler.learning.evaluation.intervals import Estimate, bootstrap, mean_interval, percentiles, wilson
from labeler.learning.numeric.types import Array

SAMPLES = 500
_WIDTHS = np.geomspace(0.15, 40, 100)  # of the noise of ratings, in steps of their scale


def of_classes(first: Sequence[str], second: Sequence[str], classes: int, behind: Array) -> Estimate:
    """The share of answers that are wrong, with its 95 % interval; nothing without items.

    first, second: (items,), what two people say of each; classes: how many labels they choose from; behind: int
    (answers,), on how many labels each answer rests that judges a model, 0: it is known. Interval: Wilson 1927 of the
    disagreement, brought to the error as its value is.
    Source: Cover and Hart 1967, "Nearest Neighbor Pattern Classification": the disagreement is at most
    R (2 - K R / (K - 1)) for an error R with K classes, and just that where all items are labeled equally well.
    """
    n = len(first)
    if not n:
        return Estimate.nothing()
    hits = sum(one != other for one, other in zip(first, second, strict=True))
    ends = np.array([hits / n, *wilson(hits, n)])
    value, low, high = _wrong(label_error(ends, classes), behind).tolist()
    return Estimate(value, low, high, n)


def of_label_sets(
    first: Sequence[Sequence[str]], second: Sequence[Sequence[str]], behind: Array, seed: int
) -> Estimate:
    """What is missing to a macro-F1 of 1 where the right label sets are judged by such answers; else as `of_classes`.

    Whether an item has a label is a question of two classes, alike for items with and without it: disagreement and
    frequency give its error and its F1. Interval: percentile bootstrap over items; a label on which nobody disagreed
    may still be wrong (Jeffreys' prior).
    """
    n, names = len(first), sorted({name for value in (*first, *second) for name in value})
    if not n or not names:
        return Estimate.nothing()
    has, other = (np.array([[name in value for name in names] for value in side]) for side in (first, second))
    rng = np.random.default_rng(seed)
    weights = np.vstack([np.ones((1, n)), bootstrap(n, rng, SAMPLES)]) / n
    apart, often = weights @ (has != other), weights @ ((has.astype(np.float64) + other) / 2)
    agreed = ~(has != other).any(axis=0)
    apart[1:, agreed] = rng.beta(0.5, n + 0.5, size=(SAMPLES, int(agreed.sum())))
    one = label_error(apart, 2)
    answer = _wrong(one, behind)
    share = np.clip((often - one) / np.maximum(1 - 2 * one, 1e-9), 0.0, 1.0)
    hits = share * (1 - answer)
    judged = share + hits + (1 - share) * answer
    f1 = np.divide(2 * hits, judged, out=np.ones_like(hits), where=judged > 0).mean(axis=1)
    value, (low, high) = float(1 - f1[0]), percentiles(1 - f1[1:])
    return Estimate(value, min(low, value), max(high, value), n)


def of_ratings(
    first: Sequence[float], second: Sequence[float], step: float, width: float, behind: Array, seed: int
) -> Estimate:
    """How far answers are from the right rating on average, as a share of the scale; else as `of_classes`.

    step, width: of the scale. The noise is taken to be normal and rounded to the scale, which has two ratings from
    1.41 to 2 times as far from each other as each is from the right one. Interval: percentile bootstrap over items.
    """
    n = len(first)
    if not n:
        return Estimate.nothing()
    off = np.abs(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)) / step
    low, high = mean_interval(off, np.random.default_rng(seed))
    if not off.any():
        high = wilson(0, n)[1]
    value, low, high = (_rating_error(end, behind) * step / width for end in (float(off.mean()), low, high))
    return Estimate(value, min(low, value), max(high, value), n)


def label_error(apart: Array, classes: int) -> Array:
    """How often one label is wrong where two labels of an item differ so often; the least that it can be."""
    most = 1 - 1 / max(2, classes)
    return np.asarray(most * (1 - np.sqrt(1 - np.minimum(apart, most) / most)))


def _wrong(error: Array, behind: Array) -> Array:
    """How often answers are wrong whose labels are so often; as often as a label where there is no answer."""
    if not len(behind):
        return error
    counts, times = np.unique(behind, return_counts=True)
    shares = times / times.sum()
    return np.asarray(sum(share * _majority(error, int(k)) for k, share in zip(counts, shares, strict=True)))


def _majority(error: Array, k: int) -> Array:
    """How often most of k labels are wrong, those that are wrong taken to be alike; of two that differ one is drawn."""
    if k == 0:
        return np.zeros_like(error)
    total = np.zeros_like(error)
    for wrong in range((k + 1) // 2, k + 1):
        weight = 0.5 if 2 * wrong == k else 1.0
        total = total + weight * math.comb(k, wrong) * error**wrong * (1 - error) ** (k - wrong)
    return np.asarray(total)


def _rating_error(apart: float, behind: Array) -> float:
    """How far answers are from the right rating, in steps, where two ratings of an item are so far apart."""
    errors, pairs = _rounded()
    noise = (
        float(np.interp(apart, pairs, np.r_[0.0, _WIDTHS])) if apart <= pairs[-1] else apart * math.sqrt(math.pi) / 2
    )
    if not len(behind):
        return _at(noise, errors)
    counts, times = np.unique(behind, return_counts=True)
    parts = (0.0 if k == 0 else _at(noise / (math.sqrt(k) if k > 2 else 1.0), errors) for k in counts.tolist())
    return float(sum(part * n for part, n in zip(parts, times.tolist(), strict=True)) / times.sum())


def _at(noise: float, errors: Array) -> float:
    if noise > _WIDTHS[-1]:
        return noise * math.sqrt(2 / math.pi)
    return float(np.interp(noise, np.r_[0.0, _WIDTHS], errors))


@cache
def _rounded() -> tuple[Array, Array]:
    """By width of normal noise, 0 first: how far a rounded rating is from the right one, and two of them from each
    other."""
    from scipy.special import ndtr

    steps = np.arange(-200, 201)
    errors, pairs = [0.0], [0.0]
    for width in _WIDTHS.tolist():
        p = ndtr((steps + 0.5) / width) - ndtr((steps - 0.5) / width)
        below = np.cumsum(p)
        errors.append(float(np.abs(steps) @ p))
        pairs.append(float(2 * (below * (1 - below)).sum()))  # E|a - b| of two alike
    return np.array(errors), np.array(pairs)
