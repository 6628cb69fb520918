"""When more labels will hardly help: the predictions of successive models have stopped changing.

Source: Bloodgood and Vijay-Shanker 2009, "A Method for Stopping Active Learning Based on Stabilizing
Predictions and the Need for User-Adjustable Stopping".
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

STOP_AT = 0.99
NEAR_AT = 0.97
WINDOW = 3
MIN_STOP_SET = 200
"""The stop set stands for the pool; the paper takes 2,000 items, fewer than this say too little."""


def stabilised(
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
        return _advice("keep going", "there is no earlier model to compare with yet", 0.0)
    if len(np.unique(now)) < 2:
        # Two models that say the same about everything agree perfectly, and know nothing.
        return _advice("keep going", "the model still gives one label to everything", 0.0)
    kappa = cohens_kappa(before, now)
    if len(now) < MIN_STOP_SET:
        return _advice("keep going", f"{len(now)} unlabeled items are too few to tell whether it has settled", kappa)
    recent = [*history, kappa][-WINDOW:]
    mean = float(np.mean(recent))
    changed = f"the last model changed {np.mean(before != now):.1%} of its predictions"
    if len(recent) == WINDOW and mean >= STOP_AT:
        return _advice("stop", f"predictions have settled for {WINDOW} rounds; {changed}", kappa)
    if len(recent) >= 2 and (mean >= NEAR_AT or kappa >= STOP_AT):
        return _advice("nearly there", f"predictions are settling; {changed}", kappa)
    return _advice("keep going", f"new labels still change the model; {changed}", kappa)


def cohens_kappa(a: Sequence[Any] | np.ndarray[Any, Any], b: Sequence[Any] | np.ndarray[Any, Any]) -> float:
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
