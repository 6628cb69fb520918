"""What a search measured of each candidate, and what follows from it.

A challenger replaces the default only when its log loss is better by more than one standard error of the paired
differences between the folds and by more than WORTH, and its accuracy is no worse: of many candidates some win by
chance, and on easy labels all are nearly perfect. A tie keeps the default.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

FOLDS = 5
WORTH = 0.005  # log loss: less is not worth another model


@dataclass(frozen=True)
class Candidate:
    """A model by name, and hyperparameters other than its defaults."""

    model: str
    params: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.model} {json.dumps(self.params, sort_keys=True)}"


@dataclass(frozen=True)
class Trial:
    """A candidate's scores: means over folds, each with its standard error. seconds: of one fit, on average.

    final: whether it met the default; only those can be compared, all others were tried on fewer labels.
    """

    model: str
    params: dict[str, Any]
    log_loss: float
    log_loss_error: float
    accuracy: float
    accuracy_error: float
    folds: int
    seconds: float
    final: bool


@dataclass(frozen=True)
class Found:
    """What a search found. trials: the finalists by log loss, then all others by theirs; reason: a sentence.

    gain, gain_error: by how much the chosen, or else the best challenger, has a lower log loss than the default, and
    the standard error of that; None when only the default took part in the final.
    """

    chosen: Candidate
    default: Candidate
    gain: float | None
    gain_error: float | None
    reason: str
    labels: int
    trials: list[Trial]

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def leaders(tried: dict[str, Trial]) -> list[Trial]:
    """The best trial of each model, best first."""
    ranked = sorted(tried.values(), key=lambda one: one.log_loss)
    first: dict[str, Trial] = {}
    for one in ranked:
        first.setdefault(one.model, one)
    return list(first.values())


def trial_of(candidate: Candidate, scores: Array, *, final: bool) -> Trial:
    loss, accuracy, seconds = scores.mean(axis=0)
    loss_error, accuracy_error = (_error(scores[:, column]) for column in (0, 1))
    return Trial(
        candidate.model,
        candidate.params,
        float(loss),
        loss_error,
        float(accuracy),
        accuracy_error,
        len(scores),
        round(float(seconds), 4),
        final,
    )


def _error(values: Array) -> float:
    """Standard error of a mean over folds, corrected for the training labels that they share."""
    return float(np.sqrt(values.var(ddof=1) * (1 / len(values) + 1 / (FOLDS - 1))))


def decide(finalists: Sequence[Candidate], results: Sequence[Array], tried: dict[str, Trial], labels: int) -> Found:
    """finalists: the default first; results: scores (folds, 3) of each, on the same folds."""
    default, stands = finalists[0], results[0]
    order = sorted(range(1, len(finalists)), key=lambda place: float(results[place][:, 0].mean()))
    chosen, gain, error = default, None, None
    reason = f"{default.model} was the only one in the final"
    for place in order:
        difference = stands[:, 0] - results[place][:, 0]
        gained, unsure = float(difference.mean()), _error(difference)
        is_sure, is_right = gained > max(unsure, WORTH), results[place][:, 1].mean() >= stands[:, 1].mean()
        if gain is None or (is_sure and is_right):
            gain, error = gained, unsure
            reason = _because(finalists[place].model, default.model, gained, unsure, is_sure, bool(is_right))
        if is_sure and is_right:
            chosen = finalists[place]
            break
    finals = [trial_of(one, scores, final=True) for one, scores in zip(finalists, results, strict=True)]
    finals.sort(key=lambda one: one.log_loss)
    others = [one for key, one in tried.items() if key not in {final.key for final in finalists}]
    return Found(chosen, default, gain, error, reason, labels, [*finals, *sorted(others, key=lambda one: one.log_loss)])


def _because(challenger: str, default: str, gain: float, error: float, is_sure: bool, is_right: bool) -> str:
    if is_sure and is_right:
        return f"{challenger} has a log loss lower by {gain:.3f} (standard error {error:.3f}) than {default}"
    if is_sure:
        return f"{challenger} has the lower log loss, but {default} is more often right"
    if 0 < gain <= WORTH:
        return f"{challenger} is ahead of {default} by {gain:.3f}: not worth another model"
    if gain > 0:
        return f"{challenger} is ahead of {default} by {gain:.3f}, within one standard error ({error:.3f})"
    return f"no challenger has a lower log loss than {default}"
