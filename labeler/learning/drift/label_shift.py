"""How frequent each label is among new items that nobody labeled: black-box shift estimation (Lipton, Wang and Smola
2018), by what the model confuses on the holdout. It holds where only the shares of the labels moved."""

from collections.abc import Sequence

import numpy as np

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array

FEWEST_JUDGED = 30
FEWEST_OF_A_LABEL = 5
DRAWS = 500
SHAKY = 1e-2
"""The smallest singular value of the joint distribution, beside the largest, from which on it is inverted."""


def estimated_shares(
    truth: Sequence[str], said: Sequence[str], now: Sequence[str], rng: np.random.Generator
) -> dict[str, tuple[Estimate, Estimate]]:
    """By label its share then and now, each with an interval; empty where it can't be told.

    truth, said: of holdout items, what people and the model say; now: what the model says of the new items. The
    intervals are percentiles of a bootstrap over both. Nothing is told with fewer than FEWEST_JUDGED holdout items or
    FEWEST_OF_A_LABEL of any label, nor where predictions tell too little of the labels.
    """
    names = sorted({*truth, *said, *now})
    code = {name: place for place, name in enumerate(names)}
    t, s, n = (np.array([code[one] for one in sample], dtype=np.int64) for sample in (truth, said, now))
    k = len(names)
    if len(t) < FEWEST_JUDGED or not len(n) or np.bincount(t, minlength=k).min() < FEWEST_OF_A_LABEL:
        return {}
    point = _shares(t, s, n, k)
    if point is None:
        return {}
    drawn_then, drawn_now = [], []
    for _ in range(DRAWS):
        chosen = rng.integers(0, len(t), len(t))
        one = _shares(t[chosen], s[chosen], n[rng.integers(0, len(n), len(n))], k)
        if one is not None:
            drawn_then.append(np.bincount(t[chosen], minlength=k) / len(t))
            drawn_now.append(one)
    if len(drawn_now) < DRAWS / 2:
        return {}
    before = np.bincount(t, minlength=k) / len(t)
    ends_then = np.percentile(drawn_then, [2.5, 97.5], axis=0)
    ends_now = np.percentile(drawn_now, [2.5, 97.5], axis=0)
    return {
        name: (
            _estimate(before[place], ends_then[:, place], len(t)),
            _estimate(point[place], ends_now[:, place], len(n)),
        )
        for name, place in code.items()
    }


def _estimate(value: float, ends: Array, n: int) -> Estimate:
    low, high = (float(min(1.0, max(0.0, end))) for end in ends)
    return Estimate(float(value), min(low, float(value)), max(high, float(value)), n)


def _shares(truth: Array, said: Array, now: Array, k: int) -> Array | None:
    joint = np.zeros((k, k))
    np.add.at(joint, (said, truth), 1 / len(truth))
    if np.linalg.cond(joint) > 1 / SHAKY:
        return None
    weights = np.linalg.solve(joint, np.bincount(now, minlength=k) / len(now))
    shares = np.clip(weights, 0, None) * np.bincount(truth, minlength=k) / len(truth)
    return np.asarray(shares / shares.sum()) if shares.sum() > 0 else None
