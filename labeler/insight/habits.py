"""What the way somebody labels says: their pace, runs of one answer, labels that came too fast, a change lately.

Computes on the latest labels of a project; says nothing of few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeler.insight.tally import BREAK_MS
from labeler.learning.numeric.types import Array

FEW = 20
"""Labels of somebody below which nothing is said."""
CHECKED = 3
FAST = 0.5  # of the time that only one in ten labels of the others is below
_BY_CHANCE = 0.001
_Z95 = 1.959963984540054


@dataclass(frozen=True)
class Latest:
    """The latest labels, oldest first. people, codes: int (n,), whose and what; ms: float (n,), how long they took,
    NaN unknown; right: float (n,), 1 where the answer of several says the same, 0 where not, NaN where there is no
    second label."""

    people: Array
    codes: Array
    ms: Array
    right: Array


@dataclass(frozen=True)
class Habits:
    """labels: how many were looked at; seconds: what one takes in the middle; too_fast: share that took less than
    `fast_seconds`; run: the most labels with one answer in a row, run_of: its code, where that is no chance;
    agreement: share of labels that the answer confirms, of `shared`; drift: the agreement of the last third less that
    before, where that is no chance."""

    labels: int
    seconds: float | None
    too_fast: float | None
    fast_seconds: float | None
    run: int | None
    run_of: int | None
    agreement: float | None
    shared: int
    drift: float | None


def habits_of(latest: Latest) -> dict[int, Habits]:
    """By the labeler's id."""
    return {int(who): _habits(latest, latest.people == who) for who in np.unique(latest.people)}


def _habits(latest: Latest, mine: Array) -> Habits:
    codes, right = latest.codes[mine], latest.right[mine]
    worked = latest.ms[mine][latest.ms[mine] < BREAK_MS]
    theirs = latest.ms[~mine][latest.ms[~mine] < BREAK_MS]
    fast = FAST * float(np.quantile(theirs, 0.1)) if len(theirs) >= FEW else None
    told = right[~np.isnan(right)]
    others = [latest.codes[latest.people == who] for who in np.unique(latest.people[~mine])]
    run, run_of = _run(codes, right, others)
    return Habits(
        labels=int(mine.sum()),
        seconds=float(np.median(worked)) / 1000 if len(worked) else None,
        too_fast=float((worked < fast).mean()) if fast is not None and len(worked) >= FEW else None,
        fast_seconds=None if fast is None else fast / 1000,
        run=run,
        run_of=run_of,
        agreement=float(told.mean()) if len(told) else None,
        shared=len(told),
        drift=_drift(told),
    )


def _run(codes: Array, right: Array, others: Sequence[Array]) -> tuple[int | None, int | None]:
    """The longest run of one answer, where others who label the same queue make none like it.

    The queue brings like items one after the other, so an answer says something of the next: the chance of a run of r
    in n labels is about n (1 - q) q^(r - 1), q how often one answer follows itself in the labels of the others. A run
    of which `CHECKED` labels or more were checked, and all were right, is as the items are.
    """
    if len(codes) < FEW or sum(map(len, others)) < FEW:
        return None, None
    starts = np.r_[0, np.flatnonzero(np.diff(codes)) + 1]
    lengths = np.diff(np.r_[starts, len(codes)])
    place = int(lengths.argmax())
    longest, code = int(lengths[place]), int(codes[starts[place]])
    checked = right[starts[place] : starts[place] + longest]
    checked = checked[~np.isnan(checked)]
    if len(checked) >= CHECKED and checked.all():
        return None, None
    said = sum(int((one[:-1] == code).sum()) for one in others)
    again = sum(int(((one[:-1] == code) & (one[1:] == code)).sum()) for one in others)
    follows = (again + 1) / (said + 2)
    by_chance = len(codes) * (1 - follows) * follows ** (longest - 1)
    return (longest, code) if by_chance < _BY_CHANCE else (None, None)


def _drift(told: Array) -> float | None:
    """Two shares, compared with the normal approximation of their difference."""
    if len(told) < 3 * FEW:
        return None
    before, lately = np.split(told, [2 * len(told) // 3])
    difference = float(lately.mean() - before.mean())
    pooled = float(told.mean())
    error = np.sqrt(max(pooled * (1 - pooled), 1e-9) * (1 / len(before) + 1 / len(lately)))
    return difference if abs(difference) > _Z95 * error else None


def median_seconds(found: Sequence[Habits]) -> float | None:
    """What a label takes, in the middle of the people."""
    known = [one.seconds for one in found if one.seconds is not None]
    return float(np.median(known)) if known else None
