"""How good predictions of the holdout are, on many samples of it at once, and the difference of two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.evaluation.intervals import REPEATS, Estimate, bootstrap
from labeler.learning.evaluation.metrics import Measured, Metric, metrics_of
from labeler.learning.numeric.types import Array

_Z = 1.959963984540054


@dataclass(frozen=True)
class Judge:
    """values: (items,), what people say; classes, settings: what the columns of probabilities stand for, and how they
    are decoded; metric: one that is known for weighted items; schema: the project's, whose scale errors may have."""

    problem: Any
    values: Sequence[Any]
    classes: Sequence[str]
    settings: Mapping[str, Any]
    metric: Metric
    schema: Mapping[str, Any]

    def __call__(self, proba: Array, weights: Array) -> Array:
        """The metric of samples, turned so that more is better: float (samples,). proba: float (items, classes);
        weights: float (samples, items), see `samples`."""
        report = self.problem.evaluate(self.values, proba, self.classes, self.settings, 0)
        assert isinstance(report.metrics, Measured)
        return self.sign * report.metrics.weighted(self.metric.name, weights)

    @property
    def sign(self) -> float:
        return 1.0 if self.metric.better == "higher" else -1.0

    @property
    def span(self) -> float:
        """What one item can change of a mean of one item: 1, or the width of the scale."""
        if self.metric.unit != "scale":
            return 1.0
        scale = self.schema["scale"]
        return float(scale["max"] - scale["min"])


def metric_for(problem: str, wanted: str) -> Metric | None:
    """The metric wanted where it is known for weighted items, else the problem's primary one; None where neither is."""
    known = {one.name: one for one in metrics_of(problem) if one.weighted is not None}
    primary = next((one.name for one in metrics_of(problem) if one.primary), "")
    return known.get(wanted) or known.get(primary)


def samples(n: int, rng: np.random.Generator, repeats: int = REPEATS) -> Array:
    """How often each of n items counts: float (1 + repeats, n); the first sample is the items themselves, the others
    are drawn from them with replacement (Efron 1979)."""
    return np.vstack([np.ones((1, n)), bootstrap(n, rng, repeats)])


def gap(one: Array, others: Array, n: int, span: float, rng: np.random.Generator) -> Estimate:
    """By how much `one` is better than `others` are on average, with its 95 % interval.

    one: float (samples,), see `samples`; others: float (repeats, samples), the same items judged after something was
    drawn again; n: items; span: what one item can change. Both are of the same samples, so that what is hard about an
    item cancels out. The interval has the spread of the items and that of the repeats, which are drawn with
    replacement, too; and, as Agresti and Min 2005 add one to each kind of item that two answers differ in, the spread
    of one item for better and one for worse: a difference that no item shows is not known to be zero.
    """
    repeats, drawn = others.shape[0], others.shape[1] - 1
    value = float((one[0] - others[:, 0]).mean())
    shares = rng.multinomial(repeats, np.full(repeats, 1 / repeats), size=drawn) / repeats
    spread = one[1:] - np.einsum("br,rb->b", shares, others[:, 1:])
    reach = _Z * float(np.sqrt(spread.var() * n / max(1, n - 1) + (span / n) ** 2))
    return Estimate(value, value - reach, value + reach, n)
