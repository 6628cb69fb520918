"""How good probabilities of one label an item are, on labeled items that the model never saw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from labeler.learning.evaluation.intervals import DRAWS_AT_ONCE, REPEATS, bootstrap, percentiles, wilson
from labeler.learning.evaluation.report import Report
from labeler.learning.numeric.types import Array

PROBLEM = "classification"


@dataclass(frozen=True)
class Judged:
    """true: int (items,), the column of each item's label; proba: float64 (items, labels); labels: of the columns."""

    true: Array
    proba: Array
    labels: list[str]

    def __len__(self) -> int:
        return len(self.true)

    @cached_property
    def predicted(self) -> Array:
        return np.asarray(self.proba.argmax(axis=1))

    @cached_property
    def matrix(self) -> Array:
        """Items by true label (row) and predicted one (column): int (labels, labels)."""
        k = len(self.labels)
        return np.bincount(self.true * k + self.predicted, minlength=k * k).reshape(k, k)


@dataclass(frozen=True)
class LabelReport:
    """One label: support is how many items have it, predicted how many the model gives it to."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    predicted: int
    precision_interval: tuple[float, float]
    recall_interval: tuple[float, float]

    @classmethod
    def of(cls, label: str, hits: int, support: int, predicted: int) -> "LabelReport":
        """hits: items that have the label and are given it."""
        return cls(
            label=label,
            precision=hits / predicted if predicted else 0.0,
            recall=hits / support if support else 0.0,
            f1=2 * hits / (support + predicted) if support + predicted else 0.0,
            support=support,
            predicted=predicted,
            precision_interval=wilson(hits, predicted),
            recall_interval=wilson(hits, support),
        )


def evaluate(y_true: Sequence[str] | Array, proba: Array, classes: Sequence[str], seed: int) -> Report:
    """Judge probabilities against labels.

    y_true: (items,); proba: (items, classes), rows sum to 1; classes: the labels of the columns. Labels in y_true that
    the model does not know count as wrong. Views: per_label, and confusion: matrix[i][j] items with labels[i] that the
    model calls labels[j]. Raises ValueError when shapes don't match.
    """
    from labeler.learning.evaluation.metrics import measure, primary_metric

    if len(y_true) != len(proba) or (len(proba) and proba.shape[1] != len(classes)):
        raise ValueError(f"{len(y_true)} labels and {len(classes)} classes, but probabilities {np.shape(proba)}")
    labels = list(dict.fromkeys([*classes, *sorted({str(label) for label in y_true} - set(classes))]))
    column = {label: position for position, label in enumerate(labels)}
    true = np.array([column[str(label)] for label in y_true], dtype=np.int64)
    wide = np.zeros((len(true), len(labels)))
    wide[:, : len(classes)] = proba
    judged = Judged(true, wide, labels)
    views = {
        "confusion": {"labels": labels, "matrix": judged.matrix.tolist()},
        "per_label": [asdict(one) for one in _per_label(labels, judged.matrix)],
    }
    return Report(primary_metric(PROBLEM), measure(PROBLEM, judged, seed), views)


def calibration_error(confidence: Array, right: Array, bins: int = 10) -> float:
    """Mean distance of confidence and accuracy over equal bins of confidence, weighted by their items.

    Source: Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gap = np.bincount(bin_of, weights=confidence - right, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def calibration_interval(
    confidence: Array, right: Array, value: float, rng: np.random.Generator, bins: int = 10
) -> tuple[float, float]:
    """95 % interval of the calibration error, value; a wide one, since few items add to the error by chance.

    Low: what is left when all that chance alone makes is taken off (the 97.5 % point of the errors of a model that is
    as right as it is sure, with these confidences). High: the value and 1.96 standard deviations of the bootstrap.
    In simulations it covers in 94 to 99 %, from 30 to 1,000 items.
    """
    n, step = len(confidence), max(1, DRAWS_AT_ONCE // len(confidence))
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    place = np.zeros((n, bins))
    place[np.arange(n), bin_of] = 1.0
    errors, chance = [], []
    for done in range(0, REPEATS, step):
        some = min(step, REPEATS - done)
        errors.append(np.abs(bootstrap(n, rng, some) @ (place * (confidence - right)[:, None])).sum(axis=1) / n)
        chance.append(np.abs((confidence - (rng.random((some, n)) < confidence)) @ place).sum(axis=1) / n)
    low = value - float(np.percentile(np.concatenate(chance), 97.5))
    return max(0.0, low), min(1.0, value + 1.96 * float(np.concatenate(errors).std()))


def macro_f1_of(matrices: Array) -> Array:
    """Macro-F1 of confusion matrices (repeats, labels, labels), over the labels that occur in each."""
    hits = np.einsum("rkk->rk", matrices).astype(np.float64)
    return mean_f1(hits, matrices.sum(axis=1) + matrices.sum(axis=2))


def mean_f1(hits: Array, occurring: Array) -> Array:
    """Macro-F1 of samples, over the labels that occur in each: (samples,). hits: float (samples, labels), how often a
    label is right; occurring: how often it is there, and how often it is said, together."""
    f1 = np.divide(2 * hits, occurring, out=np.zeros_like(hits), where=occurring > 0)
    present: Array = (occurring > 0).sum(axis=1)
    return np.asarray(f1.sum(axis=1) / np.maximum(present, 1))


def f1_interval(matrix: Array, rng: np.random.Generator) -> tuple[float, float]:
    """The percentile bootstrap, widened by what labels without errors may still get wrong.

    Macro-F1 depends on the items through the confusion matrix alone, so drawing its cells is the bootstrap. It never
    draws an error that the sample lacks: a perfect score would have a width of 0, and a true 0.99 be covered in 41 % of
    samples of 50 items.
    """
    n, k = int(matrix.sum()), len(matrix)
    row, column = np.nonzero(matrix)
    draws = rng.multinomial(n, matrix[row, column] / n, size=REPEATS)
    hits = draws @ (np.eye(k)[row] * (row == column)[:, None])
    occurring = draws @ (np.eye(k)[row] + np.eye(k)[column])
    f1 = np.divide(2 * hits, occurring, out=np.zeros_like(hits), where=occurring > 0)
    drawn = percentiles(f1.sum(axis=1) / (occurring > 0).sum(axis=1))
    likely = percentiles(_likely_f1(matrix, rng))
    value = float(macro_f1_of(matrix[None])[0])
    return min(drawn[0], likely[0], value), max(drawn[1], likely[1], value)


def _likely_f1(matrix: Array, rng: np.random.Generator) -> Array:
    """Macro-F1 of confusion matrices drawn from a Dirichlet distribution around the one seen: (repeats,).

    Half an item is added to each label's hits, and one in all to the errors of labels without any; alone these draws
    are too low for many rare labels. Source: Goutte and Gaussier 2005, "A Probabilistic Interpretation of Precision,
    Recall and F-Score".
    """
    support = matrix.sum(axis=1)
    present = np.flatnonzero(support + matrix.sum(axis=0))
    table, k = matrix[np.ix_(present, present)].astype(np.float64), len(present)
    right = np.diag(table)
    row, column = np.nonzero(table - np.diag(right))
    hits = rng.standard_gamma(right + 0.5 * (support[present] > 0), size=(REPEATS, k))
    errors = rng.standard_gamma(table[row, column], size=(REPEATS, len(row)))
    unseen = rng.standard_gamma((right == support[present]) * (right > 0) / k, size=(REPEATS, k))
    # An error not seen yet goes to the other labels by their share; with no other label, to none that counts.
    towards = np.tile(table.sum(axis=1) + 0.5, (k, 1)) * (1 - np.eye(k))
    towards /= np.maximum(towards.sum(axis=1, keepdims=True), 1e-12)
    given = 2 * hits + unseen + unseen @ towards + errors @ (np.eye(k)[row] + np.eye(k)[column])
    return np.asarray(np.divide(2 * hits, given, out=np.zeros_like(hits), where=given > 0).mean(axis=1))


def _per_label(labels: list[str], matrix: Array) -> list[LabelReport]:
    reports = []
    for position, label in enumerate(labels):
        hits, support = int(matrix[position, position]), int(matrix[position].sum())
        predicted = int(matrix[:, position].sum())
        reports.append(LabelReport.of(label, hits, support, predicted))
    return reports
