"""What the order of the queue saves: how many of its labels teach what labels drawn at random do.

A project's holdout is a random order of its own. Models learn from a random half of it, and from the first labels in
the order in which the queue had them given; all are judged by the other half. Where the second curve is as good as the
first model, the queue has needed that many labels. Nothing is extrapolated: what is told is told of as many random
labels as half of the holdout has. The same items judge both, so what is hard about them cancels out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.judge import Judge, samples
from labeler.learning.numeric.types import Array

FEWEST = 40
"""Labels of the holdout, and of the queue's order, from which on the two are compared."""
MOST = 600
"""Labels of the holdout that are looked at: two random orders of 300 tell enough."""
HALVINGS = 6
FIRST = 6
"""Labels of the smallest model on the queue's curve."""
SIZES = 12
"""Points of the queue's curve."""
FURTHEST = 4
"""The queue's curve is followed to this many times the random labels."""
RESAMPLED = 400
SPREAD_OF_DRAWS = 1.0
"""How far scores of models of other random halves are apart, in spreads of the items that judge them: by simulation,
docs/decisions/0052-savings.md."""

Said = tuple[Array, Sequence[str], dict[str, Any]]
"""Probabilities (asked, classes), the classes, and how they are decoded."""
Learn = Callable[[Array, Array], Said | None]
"""learn(taught, asked): what a model says of the items at `asked` that learned from those at `taught`, both places in
the arrays of the caller; None where there is nothing to learn from them yet."""


@dataclass(frozen=True)
class Savings:
    """drawn: labels drawn at random that a model learned from; needed: labels in the queue's order for a model as good,
    `value` None where the queue's order is not as good with as many as were followed, `high` None where it may not be;
    curve: (labels, score) of the queue's order; score: of the random labels, as much as `curve`'s, higher is better."""

    drawn: int
    needed: Estimate
    score: float
    curve: list[tuple[int, float]]


def measure(
    ordered: Array,
    held: Array,
    learn: Learn,
    judge_of: Callable[[Array, Sequence[str], dict[str, Any]], Judge],
    rng: np.random.Generator,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Savings | None:
    """ordered: places of the items that the queue chose, in the order of their labels; held: places of the labeled
    holdout items; judge_of(asked, classes, settings): judges what is said of the items at these places.

    None where no model learns from half of the holdout, or from any of the queue's first labels.
    """
    held = rng.permutation(held)[:MOST]
    half = len(held) // 2
    ends = sizes(len(ordered), half)
    steps, done = len(ends) + 2 * HALVINGS, 0
    weights = samples(len(held), rng, RESAMPLED)
    followed: dict[int, tuple[Judge, Array]] = {}
    for end in ends:
        if (said := learn(ordered[:end], held)) is not None:
            followed[end] = judge_of(held, *said[1:]), said[0]
        tell(done := done + 1, steps)
    drawn, curves = [], []
    for _ in range(HALVINGS):
        mixed = rng.permutation(len(held))
        for taught, asked in ((mixed[:half], mixed[half:]), (mixed[len(held) - half :], mixed[: len(held) - half])):
            said = learn(held[taught], held[np.sort(asked)])
            tell(done := done + 1, steps)
            if said is None:
                continue
            part = np.sort(asked)
            drawn.append(judge_of(held[part], *said[1:])(said[0], weights[:, part]))
            only = np.zeros(len(held))
            only[part] = 1.0
            curves.append([judge(proba, weights * only) for judge, proba in followed.values()])
    if not drawn or not followed:
        return None
    labels, curve, score = np.array(list(followed)), np.mean(curves, axis=0), np.mean(drawn, axis=0)
    found = needed(labels, curve, score, rng)
    return Savings(half, found, float(score[0]), list(zip(labels.tolist(), curve[:, 0].tolist(), strict=True)))


def sizes(labels: int, half: int) -> list[int]:
    """How many of the queue's first labels models learn from, each a like factor more than the one before."""
    last = min(labels, FURTHEST * half)
    return sorted({round(float(one)) for one in np.geomspace(min(FIRST, last), last, SIZES)}) if last else []


def needed(labels: Array, curve: Array, score: Array, rng: np.random.Generator) -> Estimate:
    """Labels at which a curve reaches a score, with its 95 % interval.

    labels: int (sizes,), rising; curve: float (sizes, samples), score: float (samples,), the first sample is the items
    themselves. The curve is made to rise (isotonic regression on the logarithm of the labels). A random half is one
    draw of many: its score is moved as another one's would be.
    """
    moved = np.array(score, dtype=np.float64)
    moved[1:] += SPREAD_OF_DRAWS * moved[1:].std() * rng.standard_normal(len(moved) - 1)
    at = reached(labels, curve, moved)
    low, high = np.quantile(at[1:], [0.025, 0.975], method="inverted_cdf")
    ends = at[0], min(low, at[0]), max(high, at[0])
    value, low, high = (float(one) if np.isfinite(one) else None for one in ends)
    return Estimate(value, low, high, int(labels[-1]))


def reached(labels: Array, curve: Array, score: Array) -> Array:
    """Labels at which a curve is at a score, for each sample: float (samples,), infinite where it never is.

    labels: int (sizes,), rising; curve: float (sizes, samples), made to rise; score: float (samples,).
    """
    from sklearn.isotonic import isotonic_regression

    return np.array([_reached(labels, isotonic_regression(one), s) for one, s in zip(curve.T, score, strict=True)])


def _reached(labels: Array, rising: Array, score: float) -> float:
    """Where the curve is at the score, between two of its points by the logarithm of the labels."""
    if score <= rising[0]:
        return float(labels[0])
    if score > rising[-1]:
        return float("inf")
    above = int(np.searchsorted(rising, score))
    step = rising[above] - rising[above - 1]
    share = (score - rising[above - 1]) / step if step > 0 else 0.0
    return float(np.exp(np.log(labels[above - 1]) * (1 - share) + np.log(labels[above]) * share))
