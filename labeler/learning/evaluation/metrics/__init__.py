"""Metrics: one function each, registered by its decorator and found by being here, or through an entry point
`labeler.metrics`.

    @metric("accuracy", problem="classification", title="Accuracy", primary=True)
    def accuracy(judged: Judged, rng: Generator) -> Estimate: ...
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.numeric.types import Array
from labeler.plugins import Registry

Function = Callable[[Any, np.random.Generator], Estimate]
Weighted = Callable[[Any, Array], Array]
"""weighted(judged, weights): the figure of items that count as often as is said: float (samples,), of weights float
(samples, items). What two models, or two versions of an item, are compared by on the same samples."""


@dataclass(frozen=True)
class Metric:
    """A registered metric. function(judged, rng) takes what its problem has to judge: see the problem's module in
    `evaluation`. unit: "share" (of 1), "scale" (steps of the project's scale), "nats" or "". primary: whether models of
    the problem are compared by it. weighted: None where it is not known for weighted items."""

    name: str
    problem: str
    title: str
    description: str
    better: Literal["higher", "lower"]
    unit: str
    primary: bool
    function: Function
    weighted: Weighted | None = None


registry: Registry[Metric] = Registry("metric", "metrics", __name__)


def metric(
    name: str,
    *,
    problem: str,
    title: str,
    better: Literal["higher", "lower"] = "higher",
    unit: str = "share",
    primary: bool = False,
    weighted: Weighted | None = None,
) -> Callable[[Function], Function]:
    """Register a metric of a problem. The first line of its docstring describes it."""

    def register(function: Function) -> Function:
        description = (function.__doc__ or "").strip().split("\n")[0]
        made = Metric(name, problem, title, description, better, unit, primary, function, weighted)
        registry.add(f"{problem}.{name}", made)
        return function

    return register


def metrics_of(problem: str) -> list[Metric]:
    """The metrics of a problem, the primary one first; costs no import of scikit-learn."""
    found = [one for one in registry if one.problem == problem]
    return sorted(found, key=lambda one: (not one.primary, one.name))


def primary_metric(problem: str) -> str:
    return metrics_of(problem)[0].name


class Measured(Mapping[str, Estimate]):
    """Every metric of a problem by name, each computed when it is first looked at: a bootstrap of many items takes
    seconds, and some ask for one figure only."""

    def __init__(self, problem: str, judged: Any, seed: int) -> None:
        self._functions = {one.name: one.function for one in metrics_of(problem)}
        self._weighted = {one.name: one.weighted for one in metrics_of(problem) if one.weighted is not None}
        self._about = judged, seed
        self._known: dict[str, Estimate] = {}

    def __getitem__(self, name: str) -> Estimate:
        if name not in self._known:
            judged, seed = self._about
            self._known[name] = self._functions[name](judged, np.random.default_rng(seed))
        return self._known[name]

    def weighted(self, name: str, weights: Array) -> Array:
        """A metric of items that count as often as is said: float (samples,), of weights float (samples, items).

        Raises KeyError for a metric that is not known for weighted items."""
        function = self._weighted[name]
        return np.asarray(function(self._about[0], weights), dtype=np.float64)

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)

    def __len__(self) -> int:
        return len(self._functions)


def measure(problem: str, judged: Any, seed: int) -> Measured:
    """The metrics of the problem. The same input gives the same figures, whatever other metrics there are."""
    return Measured(problem, judged, seed)
