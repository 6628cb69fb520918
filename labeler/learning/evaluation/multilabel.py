"""How good label sets and their probabilities are, on labeled items that the model never saw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.evaluation.classification import LabelReport
from labeler.learning.evaluation.intervals import Estimate, bootstrap, percentiles
from labeler.learning.evaluation.report import Report
from labeler.learning.numeric.types import Array

PROBLEM = "multilabel"


@dataclass(frozen=True)
class Judged:
    """true, given: bool (items, labels), what people and the model say; proba: float64 (items, labels); labels: of the
    columns."""

    true: Array
    given: Array
    proba: Array
    labels: list[str]

    def __len__(self) -> int:
        return len(self.true)


def evaluate(
    values: Sequence[Sequence[str]], proba: Array, classes: Sequence[str], thresholds: Array, seed: int
) -> Report:
    """Judge probabilities against label sets.

    values: the labels of each item; proba: (items, classes); thresholds: (classes,), from which on a label is given.
    Labels that the model does not know are never given. View: per_label.
    """
    from labeler.learning.evaluation.metrics import measure, primary_metric

    known = set(classes)
    labels = [*classes, *sorted({name for value in values for name in value} - known)]
    column = {name: place for place, name in enumerate(labels)}
    true = np.zeros((len(values), len(labels)), dtype=bool)
    for row, value in enumerate(values):
        true[row, [column[name] for name in value]] = True
    wide, given = np.zeros(true.shape), np.zeros_like(true)
    wide[:, : len(classes)], given[:, : len(classes)] = proba, np.asarray(proba) >= thresholds
    judged = Judged(true, given, wide, labels)
    return Report(primary_metric(PROBLEM), measure(PROBLEM, judged, seed), {"per_label": _per_label(judged)})


def f1_estimate(judged: Judged, rng: Generator, *, macro: bool) -> Estimate:
    """F1 over all labels, each counting alike or by how often it occurs, with a percentile bootstrap over items."""
    n = len(judged)
    if not n:
        return Estimate.nothing()
    once = np.ones((1, n))
    value = float(f1_of(judged, once, macro)[0])
    low, high = percentiles(f1_of(judged, bootstrap(n, rng), macro))
    return Estimate(value, min(low, value), max(high, value), n)


def f1_of(judged: Judged, weights: Array, macro: bool) -> Array:
    """F1 of weighted items: (samples,); weights: (samples, items). Over labels that occur or are given anywhere."""
    here = judged.true.any(axis=0) | judged.given.any(axis=0)
    true, given = judged.true[:, here].astype(np.float64), judged.given[:, here].astype(np.float64)
    hits, said = weights @ (true * given), weights @ true + weights @ given
    if not macro:
        hits, said = hits.sum(axis=1, keepdims=True), said.sum(axis=1, keepdims=True)
    f1 = np.divide(2 * hits, said, out=np.zeros_like(hits), where=said > 0)
    return np.asarray(f1.mean(axis=1)) if f1.shape[1] else np.zeros(len(weights))


def _per_label(judged: Judged) -> list[dict[str, Any]]:
    hits = (judged.true & judged.given).sum(axis=0).tolist()
    support, predicted = judged.true.sum(axis=0).tolist(), judged.given.sum(axis=0).tolist()
    return [
        asdict(LabelReport.of(label, hit, there, said))
        for label, hit, there, said in zip(judged.labels, hits, support, predicted, strict=True)
    ]
