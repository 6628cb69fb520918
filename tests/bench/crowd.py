"""Labels that real crowds gave (shared/data/crowd): drawn, asked for one by one, and held against the truth."""

import csv
from dataclasses import dataclass

import numpy as np
import shared_data

from labeler.learning.consensus import base, calibration
from labeler.learning.numeric.types import Array

SETS = ("dogs", "rte", "weather")


@dataclass(frozen=True)
class Crowd:
    """items, people, codes: int (n,), one entry a judgment; truth: int (items,)."""

    items: Array
    people: Array
    codes: Array
    truth: Array
    shape: base.Shape

    def judged(self, some: Array, gold: Array | None = None) -> base.Judgments:
        return base.Judgments(self.items[some], self.people[some], self.codes[some], self.shape, gold)

    def ranks(self, seed: int) -> Array:
        """For each judgment its place among those of its item, in a drawn order."""
        order = np.random.default_rng(seed).permutation(len(self.items))
        order = order[np.argsort(self.items[order], kind="stable")]
        starts = np.r_[0, np.flatnonzero(np.diff(self.items[order])) + 1]
        found = np.empty(len(order), dtype=np.int64)
        found[order] = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
        return found

    def right(self, posterior: Array, some: Array | None = None) -> float:
        hit = posterior.argmax(axis=1) == self.truth
        return float((hit if some is None else hit[some]).mean())


def read(name: str) -> Crowd:
    folder = shared_data.FOLDER / "crowd" / name
    with (folder / "items.csv").open() as file:
        truth = {row["id"]: row["label"] for row in csv.DictReader(file)}
    with (folder / "labels.csv").open() as file:
        rows = [(row["item_id"], row["labeler"], row["label"]) for row in csv.DictReader(file)]
    places: list[dict[str, int]] = [
        {one: n for n, one in enumerate(sorted(names))}
        for names in (set(truth), {who for _, who, _ in rows}, {label for *_, label in rows} | set(truth.values()))
    ]
    items, people, codes = np.array([[known[cell] for known, cell in zip(places, row, strict=True)] for row in rows]).T
    answers = np.array([places[2][truth[item]] for item in places[0]])
    return Crowd(items, people, codes, answers, base.Shape(*(len(known) for known in places)))


def posterior(crowd: Crowd, some: Array, gold: Array | None = None) -> Array:
    """As the service computes it: full Dawid-Skene, as sharp as gold says."""
    method = base.find("dawid_skene").function
    blind = method(crowd.judged(some)).posterior
    prior = (blind.sum(axis=0) + 0.5) / (crowd.shape.items + 0.5 * crowd.shape.values)
    if gold is None:
        return calibration.tempered(blind, prior, calibration.USUAL)
    sharpness = calibration.fit_sharpness(blind, prior, gold)
    return calibration.tempered(method(crowd.judged(some, gold)).posterior, prior, sharpness)


@dataclass(frozen=True)
class Asked:
    """What asking until certain came to: labels an item, and how often the answers are right."""

    labels: float
    right: float


def ask_until_certain(crowd: Crowd, seed: int, certainty: float, routed: bool) -> Asked:
    """Two labels an item, then one more at a time where the answer is not certain, until nobody is left who labeled it.

    routed: the further ones come from those who are right more often among those who are left.
    """
    rank, full = crowd.ranks(seed), int(np.bincount(crowd.items).max())
    taken = rank < 2
    sure = posterior(crowd, taken)
    for _ in range(full):
        have = np.bincount(crowd.items[taken], minlength=crowd.shape.items)
        open_ones = (sure.max(axis=1) < certainty) & (have < full)
        if not open_ones.any():
            break
        first = -rank.astype(np.float64)
        if routed:
            right = np.bincount(crowd.people[taken], sure[crowd.items[taken], crowd.codes[taken]], crowd.shape.people)
            n = np.bincount(crowd.people[taken], minlength=crowd.shape.people)
            first = ((right + 8 * right.sum() / n.sum()) / (n + 8))[crowd.people] - rank * 1e-6
        free = np.flatnonzero(~taken & open_ones[crowd.items])
        order = free[np.lexsort((-first[free], crowd.items[free]))]
        if not len(order):
            break
        next_ones = order[np.r_[True, np.diff(crowd.items[order]) > 0]]
        taken = taken.copy()
        taken[next_ones] = True
        sure = posterior(crowd, taken)
    return Asked(float(taken.sum() / crowd.shape.items), crowd.right(sure))


def fixed_overlap(crowd: Crowd, seed: int, method: str) -> Array:
    """How often answers are right with one label an item, two, and so on: float (most labels,)."""
    rank, full = crowd.ranks(seed), int(np.bincount(crowd.items).max())
    function = base.find(method).function
    return np.array([crowd.right(function(crowd.judged(rank < k)).posterior) for k in range(1, full + 1)])


def labels_for(curve: Array, right: float) -> float:
    """So many labels an item does a fixed overlap need for this, between whole numbers by a straight line."""
    above = np.flatnonzero(np.maximum.accumulate(curve) >= right)
    if not len(above):
        return float(len(curve))
    k = int(above[0])
    if k == 0:
        return 1.0
    before = float(np.maximum.accumulate(curve)[k - 1])
    return k + (right - before) / max(float(curve[k]) - before, 1e-9)
