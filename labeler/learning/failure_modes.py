"""Where wrong predictions lie close together: failure modes of a model.

Wrong predictions are clustered (HDBSCAN: Campello, Moulavi and Sander 2013), and each cluster becomes a region: its
center, and how similar to it an item must be. The region holds items that are answered well, too: only then is there a
rate. How wide it is, is decided on the same items as the clusters, so no rate may come from these. What is measured
with others, and why: docs/decisions/0041-failure-modes.md
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.two_shares import matched_interval
from labeler.learning.features.projection import Projection
from labeler.learning.numeric.types import Array

FEWEST = 5
"""Wrong predictions of which a cluster is made: fewer are read faster than grouped."""
MOST_WRONG = 2_000
"""Wrong predictions that are clustered, those with the highest loss: what keeps time and memory short."""
MOST_MODES = 12
MOST_WEIGHTS = 400
"""Columns of a center that are kept, those with the most weight: a cluster of texts is told by its words."""
SURE = 2.5
"""Standard deviations by which a region must have more wrong predictions than its size lets expect."""
DIMENSIONS = 24
"""To which wide rows are projected: density says little in more."""
FOLDS = 4
FAR = 0.75
"""The distance beyond which groups of few wrong predictions stay apart (`hard_clusters.cluster`): HDBSCAN alone misses
most groups of fifteen."""
Change = Literal["shrank", "grew", "unknown"]


@dataclass(frozen=True)
class Center:
    """Where a failure mode is. columns: int (k,), of the space's rows; weights: float32 (k,), of length 1; bar: the
    cosine from which on an item is like it."""

    columns: Array
    weights: Array
    bar: float

    def cosines(self, rows: Any) -> Array:
        """float32 (items,) of rows of length 1 or 0, sparse or dense."""
        if hasattr(rows, "tocsc"):
            whole = np.zeros(rows.shape[1], dtype=np.float32)
            whole[self.columns] = self.weights
            return np.asarray(rows @ whole, dtype=np.float32)
        return np.asarray(rows[:, self.columns] @ self.weights, dtype=np.float32)


@dataclass(frozen=True)
class Mode:
    """A failure mode as it was found. wrong: positions of the wrong predictions in it, in the order given; sure: how
    many standard deviations there are more of them than its size lets expect."""

    center: Center
    wrong: Array
    sure: float


def find_modes(rows: Any, wrong: Array, seed: int = 0, answers: Sequence[str] | None = None) -> list[Mode]:
    """The failure modes among judged items, the surest first.

    rows: (items, columns) of length 1 or 0, sparse or dense; wrong: positions of the wrong predictions, the highest
    loss first; answers: what people say of each of these, as text. Where they are given, wrong predictions of the same
    answer are clustered by themselves, too: often it is one answer that is missed. The same rows in the same order give
    the same failure modes.
    """
    wrong = wrong[:MOST_WRONG]
    if len(wrong) < FEWEST:
        return []
    parts = [np.arange(len(wrong)), *_of_one_answer(answers, len(wrong))]
    modes = [
        _mode(rows, wrong, part, part[places]) for part in parts for places in _clusters(rows, rows[wrong[part]], seed)
    ]
    found: list[Mode] = []
    for mode in sorted((one for one in modes if one is not None), key=lambda one: -one.sure):
        shared = (np.isin(mode.wrong, other.wrong).mean() for other in found)
        if max(shared, default=0.0) <= 0.5:
            found.append(mode)
    return found[:MOST_MODES]


def _of_one_answer(answers: Sequence[str] | None, most: int) -> list[Array]:
    """Places of the wrong predictions of each answer that has enough of them, where there are several."""
    if answers is None:
        return []
    said = np.array(list(answers)[:most], dtype=np.str_)
    names, counts = np.unique(said, return_counts=True)
    return [np.flatnonzero(said == name) for name in names[counts >= FEWEST]] if len(names) > 1 else []


def _clusters(rows: Any, wrong_rows: Any, seed: int) -> Iterator[Array]:
    """Positions among the wrong predictions, a cluster at a time: dense parts of any size, groups within them, and
    groups of few."""
    from sklearn.cluster import HDBSCAN
    from threadpoolctl import threadpool_limits

    from labeler.learning.hard_clusters import cluster

    with threadpool_limits(1):
        short = Projection.of(rows, seed, DIMENSIONS).transform(wrong_rows)
        for method in ("eom", "leaf"):
            by = HDBSCAN(min_cluster_size=FEWEST, min_samples=3, cluster_selection_method=method, copy=True)
            labels = by.fit_predict(short.astype(np.float64))
            for number in range(labels.max() + 1):
                yield np.flatnonzero(labels == number)
        for places in cluster(short, short, FAR):
            if len(places) >= FEWEST:
                yield np.array(places)


def _mode(rows: Any, wrong: Array, part: Array, places: Array) -> Mode | None:
    """A cluster's region, as wide as makes it most different from the rest; None for one that is no worse than it.

    part, places: among the wrong predictions, those that were clustered and those of the cluster. How wide it is, is
    decided by those of its part; how sure it is, by all: what is missed of one answer alone is sure too easily.
    """
    is_wrong, is_part = np.zeros(rows.shape[0], dtype=bool), np.zeros(rows.shape[0], dtype=bool)
    is_wrong[wrong], is_part[wrong[part]] = True, True
    columns, weights, length = _center(rows[wrong[places]])
    cosines = Center(columns, weights, 0.0).cosines(rows)
    members = cosines[wrong[places]] = _without_itself(cosines[wrong[places]], len(places), length)
    best: tuple[float, float] | None = None
    for bar in np.unique(np.quantile(members, np.linspace(0.0, 0.6, 7))).tolist():
        inside = (cosines >= bar) & (cosines > 0)
        if (inside & is_part).sum() < FEWEST:
            continue
        sure = _surplus(inside, is_part)
        if sure >= SURE and (best is None or sure > best[0]):
            best = sure, bar
    if best is None:
        return None
    center = Center(columns, weights, round(best[1] - 1e-6, 6))
    inside = (cosines >= center.bar) & (cosines > 0)
    of_all = _surplus(inside, is_wrong)
    return Mode(center, wrong[inside[wrong]], of_all) if of_all >= SURE else None


def _surplus(inside: Array, is_wrong: Array) -> float:
    """Standard deviations by which there are more of these inside than its size lets expect."""
    everywhere, n = float(is_wrong.mean()), int(inside.sum())
    return float(((inside & is_wrong).sum() - everywhere * n) / np.sqrt(max(everywhere * (1 - everywhere), 1e-9) * n))


def _center(rows: Any) -> tuple[Array, Array, float]:
    """Columns and weights of a cluster's mean, and how long the mean was."""
    mean = np.asarray(rows.mean(axis=0), dtype=np.float32).ravel()
    columns = np.sort(np.argsort(-np.abs(mean), kind="stable")[:MOST_WEIGHTS])
    weights = mean[columns]
    length = max(float(np.linalg.norm(weights)), 1e-9)
    return columns, np.round(weights / length, 6), length


def _without_itself(cosines: Array, n: int, length: float) -> Array:
    """How similar items are to the mean of the n - 1 others of their cluster: each is similar to a mean that it is
    part of, and what is alone would be a failure mode of itself."""
    dot = cosines * length
    rest = np.sqrt(np.maximum(n**2 * length**2 - 2 * n * dot + 1, 1e-9))
    return np.asarray((n * dot - 1) / rest, dtype=np.float32)


def telling_fields(
    rows: Sequence[Mapping[str, Any]], clusters: Sequence[Sequence[int]], most: int = 6
) -> list[list[str]]:
    """For each cluster the fields of table rows that tell it from the others, as `name: value`, or by the quarter that
    a number lies in; the best first."""
    from labeler.learning.hard_clusters import telling

    numbers: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers.setdefault(name, []).append(float(value))
    quarters = {name: np.quantile(found, [0.25, 0.75]) for name, found in numbers.items() if len(found) > FEWEST}

    def said(name: str, value: Any) -> str | None:
        if value is None or isinstance(value, dict | list):
            return None
        if name not in quarters or not isinstance(value, int | float) or isinstance(value, bool):
            return f"{name}: {value}"[:60]
        low, high = quarters[name]
        return f"{name} ≤ {low:g}" if value <= low else f"{name} ≥ {high:g}" if value >= high else None

    inside = [{entry for name, value in row.items() if (entry := said(name, value))} for row in rows]
    return telling(inside, clusters, most)


@dataclass(frozen=True)
class Unseen:
    """What models say of a fold's items that did not learn from them. positions: among the answers."""

    positions: Array
    proba: Array
    classes: list[str]
    settings: Mapping[str, Any]


def out_of_fold(
    problem: Any, pipeline: Any, rows: Any, values: Sequence[Any], seed: int, between: Callable[[], None]
) -> Iterator[Unseen]:
    """Each answered item judged by a simpler model (`problem.default_model`) that was fitted to the other three
    quarters; a quarter at a time. between: called before each fit."""
    from labeler.learning.estimators.softmax import folds_of

    targets = problem.encode(values)
    codes = targets.y if targets.y.ndim == 1 else np.zeros(len(targets), dtype=np.int64)
    fold_of = folds_of(codes, seed, FOLDS)
    for fold in range(FOLDS):
        between()
        inside, outside = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        learned = problem.encode([values[place] for place in inside.tolist()])
        if problem.why_not(learned) is not None or not len(outside):
            continue
        model = problem.fit_alone(pipeline, rows[inside], learned, problem.default_model, {}, seed)
        proba = model.predict_proba_features(rows[outside])
        yield Unseen(outside, proba, model.classes, problem.settings_of(model))


def difference(before: Mapping[int, bool], now: Mapping[int, bool]) -> Estimate:
    """How much lower the error rate of a model is than that of an earlier one, on the items that both were judged by:
    whether each was wrong, by item."""
    both = before.keys() & now.keys()
    if not both:
        return Estimate.nothing()
    better = sum(before[one] and not now[one] for one in both)
    worse = sum(now[one] and not before[one] for one in both)
    return Estimate((better - worse) / len(both), *matched_interval(better, worse, len(both)), len(both))


def change_of(gain: Estimate, fewest: int) -> Change:
    """Decided by the whole interval; unknown with fewer than `fewest` items that both models were judged by."""
    if gain.low is None or gain.high is None or gain.n < fewest:
        return "unknown"
    return "shrank" if gain.low > 0 else "grew" if gain.high < 0 else "unknown"


def is_judging(item_ids: Array) -> Array:
    """bool (items,): whether a holdout item judges failure modes; the other half is looked at to find them. By its id
    alone, so that it is in the same half for good."""
    return np.asarray((_mixed(item_ids) >> np.uint64(40)) & np.uint64(1), dtype=bool)


def is_held_back(item_ids: Array) -> Array:
    """bool (items,): whether a collected item judges models, and is not trained on: one of three. By its id alone, so
    that those that judge are a random part of all that are alike."""
    return np.asarray((_mixed(item_ids) >> np.uint64(41)) % np.uint64(3) == 0, dtype=bool)


def some_of(item_ids: Array, most: int) -> Array:
    """So many of them, which are the same ones for every model as far as it was judged by them; rising."""
    return np.sort(item_ids[np.argsort(_mixed(item_ids), kind="stable")[:most]])


def _mixed(item_ids: Array) -> Array:
    return np.asarray(item_ids.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def unit(rows: Any) -> Any:
    """Rows of length 1, those without anything as they are; sparse stays sparse."""
    from labeler.learning.hard_clusters import long_one, unit_rows

    return unit_rows(csr_matrix(rows)) if hasattr(rows, "tocsr") else long_one(np.asarray(rows))
