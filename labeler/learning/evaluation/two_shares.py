"""Two figures of independent samples held against each other, and how much longer it takes to tell them apart."""

import math
from statistics import NormalDist

from labeler.learning.evaluation.intervals import Estimate, wilson_of_share

NINETY_FIVE = 0.95
MATCHED_Z = 1.96


def difference(hits: int, n: int, other_hits: int, other_n: int, confidence: float = NINETY_FIVE) -> Estimate:
    """The first share less the other one, with its interval; nothing where a sample is empty.

    Two Wilson intervals joined: it holds its level with small samples of unlike size and shares near 0 and 1, where the
    usual (Wald) interval does not. Source: Newcombe 1998, "Interval Estimation for the Difference between Independent
    Proportions: Comparison of Eleven Methods", method 10.
    """
    if not n or not other_n:
        return Estimate.nothing()
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    one, other = hits / n, other_hits / other_n
    low, high = wilson_of_share(one, n, z)
    other_low, other_high = wilson_of_share(other, other_n, z)
    return apart(Estimate(one, low, high, n), Estimate(other, other_low, other_high, other_n))


def apart(one: Estimate, other: Estimate) -> Estimate:
    """The first of two figures within [0, 1] less the other one, with the interval that theirs make; nothing where
    either is not known. The figures may be of any kind, with any intervals of the same level.

    Source: Zou and Donner 2008, "Construction of confidence limits about effect measures: a general approach".
    """
    if one.value is None or one.low is None or one.high is None:
        return Estimate.nothing()
    if other.value is None or other.low is None or other.high is None:
        return Estimate.nothing()
    between = one.value - other.value
    below = math.hypot(one.value - one.low, other.high - other.value)
    above = math.hypot(one.high - one.value, other.value - other.low)
    return Estimate(between, max(-1.0, between - below), min(1.0, between + above), one.n + other.n)


def together(confidence: float, figures: int) -> float:
    """The confidence of each of several intervals that holds for all of them at once. Source: Bonferroni 1936."""
    return 1 - (1 - confidence) / max(1, figures)


def more_to_tell(found: Estimate, most: int = 100_000) -> int | None:
    """About how many more there must be, in the same proportion, for the interval to leave 0 out if the difference is
    as it seems; 0 where it does, None for a difference that takes more than `most`. The width of an interval falls with
    the root of what it rests on."""
    if found.value is None or found.low is None or found.high is None:
        return None
    if found.low > 0 or found.high < 0:
        return 0
    near = found.value - found.low if found.value > 0 else found.high - found.value
    if not found.value or (factor := (near / abs(found.value)) ** 2) * found.n > most:
        return None
    return max(1, math.ceil((factor - 1) * found.n))


def matched_interval(better: int, worse: int, n: int) -> tuple[float, float]:
    """The 95 % interval of (better - worse) / n, of n items that were judged twice. Two shares of the same items are
    told apart long before their intervals are. Source: Agresti and Min 2005, "Simple improved confidence intervals for
    comparing matched proportions"."""
    gain, n = better - worse, n + 2
    spread = MATCHED_Z * math.sqrt(better + worse + 1 - gain * gain / n) / n
    return max(-1.0, gain / n - spread), min(1.0, gain / n + spread)
