"""Numbers out of curves: areas, labels needed, and who is ahead of whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

Record = dict[str, Any]
Run = tuple[str, int]
"""Set and seed: what paired comparisons pair by."""

TIE = 0.002
"""Curves whose mean accuracies are no further apart count as equal."""


def area(record: Record, labels: int = 1_000_000) -> float:
    """Mean accuracy over the labels from the first model to so many: the area under the curve by its width.

    Between two models the curve is a straight line, so where models are close together none counts for more.
    """
    within = [n for n in record["labels"] if n <= labels]
    scores = record["scores"][: len(within)]
    return float(np.trapezoid(scores, within) / (within[-1] - within[0])) if len(within) > 1 else float(scores[0])


def labels_to(record: Record, target: float) -> tuple[int, bool]:
    """Labels of the first model at the target, and whether one got there; one step more than all when none did."""
    late = record.get("late") or {"labels": [], "scores": []}
    labels, scores = record["labels"] + late["labels"], record["scores"] + late["scores"]
    for n, score in zip(labels, scores, strict=True):
        if score >= target:
            return n, True
    return 2 * labels[-1] - labels[-2], False


@dataclass(frozen=True)
class Paired:
    """One contender against another over the same sets and seeds.

    difference: mean of (one's area - the other's), over sets; wins, ties, losses: of set x seed; ahead, sets: sets
    in which the mean over seeds is higher, of how many; p: two-sided Wilcoxon signed-rank over set x seed.
    """

    difference: float
    wins: int
    ties: int
    losses: int
    ahead: int
    sets: int
    p: float

    @property
    def cells(self) -> list[str]:
        """Difference, runs and sets as one reads them in a table."""
        runs = f"{self.wins} / {self.ties} / {self.losses}"
        return [f"{self.difference:+.3f}", runs, f"{self.ahead} of {self.sets}"]


def paired(one: Iterable[Record], other: Iterable[Record]) -> Paired | None:
    """None when they have no run in common."""
    from scipy.stats import wilcoxon

    left = {(record["set"], record["seed"]): area(record) for record in one}
    right = {(record["set"], record["seed"]): area(record) for record in other}
    runs = sorted(set(left) & set(right))
    if not runs:
        return None
    away = np.array([left[run] - right[run] for run in runs])
    by_set = [
        np.mean([a for a, run in zip(away, runs, strict=True) if run[0] == name]) for name in {r[0] for r in runs}
    ]
    p = float(wilcoxon(away).pvalue) if np.any(away != 0) else 1.0
    return Paired(
        float(np.mean(by_set)),
        int((away > TIE).sum()),
        int((np.abs(away) <= TIE).sum()),
        int((away < -TIE).sum()),
        int(sum(value > 0 for value in by_set)),
        len(by_set),
        p,
    )


def told(p: float) -> str:
    """A p value as one reads it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
