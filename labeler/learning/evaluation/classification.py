"""How good probabilities are on labeled items that the model never saw, with intervals."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array

REPEATS = 1_000
_Z = 1.959963984540054
_TINY = 1e-7
_DRAWS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval, all None when there is nothing to measure. n: items behind it."""

    value: float | None
    low: float | None
    high: float | None
    n: int


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


@dataclass(frozen=True)
class Confusion:
    """matrix[i][j]: items with labels[i] that the model calls labels[j]."""

    labels: list[str]
    matrix: list[list[int]]


@dataclass(frozen=True)
class Report:
    """accuracy: Wilson interval; macro_f1, log_loss: percentile bootstrap; ece: calibration error."""

    accuracy: Estimate
    macro_f1: Estimate
    log_loss: Estimate
    per_label: list[LabelReport]
    confusion: Confusion
    ece: float | None

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def evaluate(y_true: Sequence[str] | Array, proba: Array, classes: Sequence[str], seed: int) -> Report:
    """Judge probabilities against labels.

    y_true: (items,); proba: (items, classes), rows sum to 1; classes: the labels of the columns. Labels in
    y_true that the model does not know count as wrong, with a probability of 1e-7 in the log loss.
    Macro-F1 averages over the labels that occur in y_true or among the predictions.
    Raises ValueError when shapes don't match.
    """
    if len(y_true) != len(proba) or (len(proba) and proba.shape[1] != len(classes)):
        raise ValueError(f"{len(y_true)} labels and {len(classes)} classes, but probabilities {np.shape(proba)}")
    labels = list(dict.fromkeys([*classes, *sorted({str(label) for label in y_true} - set(classes))]))
    column = {label: position for position, label in enumerate(labels)}
    true = np.array([column[str(label)] for label in y_true], dtype=np.int64)
    n, k = len(true), len(labels)
    if n == 0:
        nothing = Estimate(None, None, None, 0)
        return Report(
            nothing,
            nothing,
            nothing,
            _per_label(labels, np.zeros((k, k), dtype=np.int64)),
            Confusion(labels, [[0] * k for _ in labels]),
            None,
        )
    rng = np.random.default_rng(seed)
    given = np.asarray(proba, dtype=np.float64)
    predicted = given.argmax(axis=1)
    matrix = np.bincount(true * k + predicted, minlength=k * k).reshape(k, k)
    right = int(np.trace(matrix))
    full = np.zeros((n, k))
    full[:, : given.shape[1]] = given
    losses = -np.log(np.clip(full[np.arange(n), true], _TINY, 1.0))
    return Report(
        accuracy=Estimate(right / n, *wilson(right, n), n),
        macro_f1=Estimate(float(_macro_f1(matrix[None])[0]), *_f1_interval(matrix, rng), n),
        log_loss=Estimate(float(losses.mean()), *_mean_interval(losses, rng), n),
        per_label=_per_label(labels, matrix),
        confusion=Confusion(labels, matrix.tolist()),
        ece=calibration_error(given.max(axis=1), predicted == true),
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share; (0, 1) when n is 0. Source: Wilson 1927."""
    if n == 0:
        return 0.0, 1.0
    share = hits / n
    middle = share + _Z**2 / (2 * n)
    spread = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    low, high = float((middle - spread) / scale), float((middle + spread) / scale)
    # At the ends rounding may leave the share itself just outside.
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def calibration_error(confidence: Array, right: Array, bins: int = 10) -> float:
    """Mean distance of confidence and accuracy over equal bins of confidence, weighted by their items.

    Source: Naeini et al. 2015, "Obtaining Well Calibrated Probabilities Using Bayesian Binning".
    """
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gap = np.bincount(bin_of, weights=confidence - right, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def _macro_f1(matrices: Array) -> Array:
    """Macro-F1 of confusion matrices (repeats, labels, labels), over the labels that occur in each."""
    hits = np.einsum("rkk->rk", matrices).astype(np.float64)
    occurring = matrices.sum(axis=1) + matrices.sum(axis=2)
    f1 = np.divide(2 * hits, occurring, out=np.zeros_like(hits), where=occurring > 0)
    present: Array = (occurring > 0).sum(axis=1)
    return np.asarray(f1.sum(axis=1) / np.maximum(present, 1))


def _f1_interval(matrix: Array, rng: np.random.Generator) -> tuple[float, float]:
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
    drawn = _percentiles(f1.sum(axis=1) / (occurring > 0).sum(axis=1))
    likely = _percentiles(_likely_f1(matrix, rng))
    value = float(_macro_f1(matrix[None])[0])
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


def _mean_interval(values: Array, rng: np.random.Generator) -> tuple[float, float]:
    step = max(1, _DRAWS_AT_ONCE // len(values))
    means = [
        values[rng.integers(0, len(values), size=(min(step, REPEATS - done), len(values)), dtype=np.int32)].mean(axis=1)
        for done in range(0, REPEATS, step)
    ]
    return _percentiles(np.concatenate(means))


def _percentiles(values: Array) -> tuple[float, float]:
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _per_label(labels: list[str], matrix: Array) -> list[LabelReport]:
    reports = []
    for position, label in enumerate(labels):
        hits, support = int(matrix[position, position]), int(matrix[position].sum())
        predicted = int(matrix[:, position].sum())
        reports.append(
            LabelReport(
                label=label,
                precision=hits / predicted if predicted else 0.0,
                recall=hits / support if support else 0.0,
                f1=2 * hits / (support + predicted) if support + predicted else 0.0,
                support=support,
                predicted=predicted,
                precision_interval=wilson(hits, predicted),
                recall_interval=wilson(hits, support),
            )
        )
    return reports
