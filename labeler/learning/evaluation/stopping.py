"""When more labels will hardly help: the predictions of successive models have stopped changing.

`stabilized` compares neighboring models on unlabeled items, as the paper does; `advise` is the one to show people.
Two things mislead the former: a batch of 25 among 1,500 labels hardly changes a model that is still learning, and
a strategy takes the hard items out of the unlabeled rest, so that what is left agrees. `advise` therefore compares each
model with the one of a fifth fewer labels, on items neither chosen nor trained on: the holdout, labeled or not.

What either is worth: docs/decisions/0013-stop-advice.md

Source: Bloodgood and Vijay-Shanker 2009, "A Method for Stopping Active Learning Based on Stabilizing
Predictions and the Need for User-Adjustable Stopping".
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.learning_curve import Distance, Point, expected_gain, extrapolate, labels_to, missing
from labeler.learning.numeric.types import Array

STOP_AT = 0.99
NEAR_AT = 0.97
WINDOW = 3
MIN_STOP_SET = 200
"""The stop set stands for the pool; the paper takes 2,000 items, fewer than this say too little."""
APART = 0.2
SETTLED_AT = 0.94
SETTLED_ROUNDS = 2
SETTLING_AT = 0.90
CLEAR_GAIN = 0.005
MORE = 100


class Round(NamedTuple):
    """One model: the labels it was trained on, and what it says about a fixed set of items it never trained on."""

    labels: int
    predictions: Sequence[Any]


class Ahead(NamedTuple):
    """Where the learning curve leads: what `more` labels add, and how far the target is; None where it can't tell."""

    gain: Estimate | None
    away: Distance | None
    more: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it, by the names of an advice."""
        return {
            "gain": asdict(self.gain) | {"labels": self.more} if self.gain is not None else None,
            "labels_to_target": self.away.to_dict() if self.away is not None else None,
        }


def advise(
    settled: Mapping[str, Any],
    rounds: Sequence[Round] = (),
    points: Sequence[Point] = (),
    target: float | None = None,
    seed: int = 0,
    left: int | None = None,
) -> dict[str, Any]:
    """One advice from settled predictions, the learning curve and the target.

    settled: what `stabilized` returned; it decides alone only while the rounds can't, and then not against the curve.
    rounds: oldest first, back to about half of the labels now, each over the same holdout items in one order.
    points: the learning curve so far; target: the score wanted, if there is one.
    left: items that can still be labeled and learned from; None: any number. No more labels than these are promised.
    Returns {"advice": "keep going" | "nearly there" | "stop", "reason": str, "kappa": float, "gain": what 100 more
    labels, or all that are left, add: an Estimate's dict with that number as "labels", or None, "labels_to_target":
    {"labels", "low", "high"} or None}: JSON takes it.
    Raises ValueError for rounds over different items, and for a target or score beyond [0, 1].
    """
    ahead = look_ahead(points, target, seed, left)
    gain, away, more = ahead
    advice, reason, kappa = _settled(rounds) or _by_curve(settled, gain, more)
    if advice == "stop" and gain is not None and gain.low is not None and gain.low > CLEAR_GAIN:
        advice = "keep going"
        reason = f"{more} more labels still add at least {100 * gain.low:.1f} points, although {reason}"
    if target is not None and gain is not None:
        now = extrapolate(points, max(point.labels for point in points), seed)
        if now.low is not None and now.low >= target:
            advice, reason = "stop", f"the target of {target:.1%} is reached: the score is at least {now.low:.1%}"
        elif advice == "stop" and away is None:
            reason += f"; the curve does not lead to the target of {target:.1%}: more labels alone won't reach it"
        elif advice == "stop" and away is not None and away.labels > 0:
            advice = "nearly there"
            reason += f"; the target of {target:.1%} is about {away.labels} labels away"
    return {"advice": advice, "reason": reason, "kappa": round(kappa, 6), **ahead.to_dict()}


def look_ahead(points: Sequence[Point], target: float | None = None, seed: int = 0, left: int | None = None) -> Ahead:
    """What `advise` tells of the curve alone. Raises ValueError as it does."""
    more = MORE if left is None else min(MORE, left)
    gain = expected_gain(points, more, seed) if missing(points) is None else None
    away = labels_to(points, target, seed) if target is not None else None
    in_reach = away is not None and (left is None or away.labels <= left)
    return Ahead(gain, away if in_reach else None, more)


def _settled(rounds: Sequence[Round]) -> tuple[str, str, float] | None:
    """Advice from models a fifth of the labels apart; None while there are too few rounds or items."""
    if not rounds or len(rounds[-1].predictions) < MIN_STOP_SET:
        return None
    sizes = {len(one.predictions) for one in rounds}
    if len(sizes) > 1:
        raise ValueError(f"the rounds' predictions are of {min(sizes)} to {max(sizes)} items, expected the same ones")
    kappas = []
    for now in rounds[-SETTLED_ROUNDS:]:
        earlier = [one for one in rounds if 0 < one.labels <= (1 - APART) * now.labels]
        if earlier:
            kappas.append(cohens_kappa(earlier[-1].predictions, now.predictions))
    if not kappas:
        return None
    kappa = float(np.mean(kappas))
    if len(set(rounds[-1].predictions)) < 2:
        return "keep going", "the model still gives one label to everything", 0.0
    since = f"the last {APART:.0%} of the labels"
    if kappa >= SETTLED_AT and len(kappas) == SETTLED_ROUNDS:
        return "stop", f"{since} changed next to nothing (kappa {kappa:.2f})", kappa
    if kappa >= SETTLING_AT:
        return "nearly there", f"{since} changed little (kappa {kappa:.2f}, settled is {SETTLED_AT})", kappa
    return "keep going", f"{since} still changed the model (kappa {kappa:.2f}, settled is {SETTLED_AT})", kappa


def _by_curve(settled: Mapping[str, Any], gain: Estimate | None, more: int) -> tuple[str, str, float]:
    advice, reason, kappa = str(settled["advice"]), str(settled["reason"]), float(settled["kappa"])
    if advice == "stop" and gain is not None and gain.value is not None and gain.value > CLEAR_GAIN:
        return "nearly there", f"{reason}; but {more} more labels should add {100 * gain.value:.1f} points", kappa
    return advice, reason, kappa


def stabilized(
    previous_predictions: Sequence[Any], current_predictions: Sequence[Any], history: Sequence[float] = ()
) -> dict[str, Any]:
    """Advice from how far the last two models agree on the same, unlabeled stop set.

    previous_predictions, current_predictions: the labels that each model gives to the stop set, in one order.
    history: the kappas of earlier rounds, oldest first, as returned under "kappa" (without this round's).
    Returns {"advice": "keep going" | "nearly there" | "stop", "reason": str, "kappa": float}: stop when the
    mean kappa of three rounds reaches 0.99. Raises ValueError when the two don't have the same length.
    """
    before, now = np.asarray(previous_predictions), np.asarray(current_predictions)
    if before.shape != now.shape:
        raise ValueError(f"the stop set changed: {len(before)} predictions before, {len(now)} now")
    if len(now) == 0:
        return _advice("keep going", "there is no earlier model of the same labels to compare with yet", 0.0)
    if len(np.unique(now)) < 2:
        # Two models that say the same about everything agree perfectly, and know nothing.
        return _advice("keep going", "the model still gives one label to everything", 0.0)
    kappa = cohens_kappa(before, now)
    if len(now) < MIN_STOP_SET:
        return _advice(
            "keep going",
            f"fewer than {MIN_STOP_SET} unlabeled items can be compared: too few to tell whether it has settled",
            kappa,
        )
    recent = [*history, kappa][-WINDOW:]
    mean = float(np.mean(recent))
    changed = f"the last model changed {np.mean(before != now):.1%} of its predictions"
    if len(recent) == WINDOW and mean >= STOP_AT:
        return _advice("stop", f"predictions have settled for {WINDOW} rounds; {changed}", kappa)
    if len(recent) >= 2 and (mean >= NEAR_AT or kappa >= STOP_AT):
        return _advice("nearly there", f"predictions are settling; {changed}", kappa)
    return _advice("keep going", f"new labels still change the model; {changed}", kappa)


def cohens_kappa(a: Sequence[Any] | Array, b: Sequence[Any] | Array) -> float:
    """Agreement beyond chance of two sequences of labels; 1.0 when both are the same one label throughout.

    Source: Cohen 1960, "A Coefficient of Agreement for Nominal Scales".
    """
    _, codes = np.unique(np.concatenate([np.asarray(a), np.asarray(b)]), return_inverse=True)
    first, second = codes[: len(a)], codes[len(a) :]
    shares = [np.bincount(side, minlength=int(codes.max()) + 1) / len(side) for side in (first, second)]
    chance = float(shares[0] @ shares[1])
    observed = float(np.mean(first == second))
    return 1.0 if chance >= 1.0 else (observed - chance) / (1.0 - chance)


def _advice(advice: str, reason: str, kappa: float) -> dict[str, Any]:
    return {"advice": advice, "reason": reason, "kappa": round(kappa, 6)}
