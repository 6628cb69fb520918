"""What a learning problem is. Nothing here imports scikit-learn: processes that never train list names, too."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np

from labeler.contents import Content
from labeler.learning.errors import UnknownName
from labeler.learning.evaluation.intervals import Estimate
from labeler.learning.evaluation.report import Report
from labeler.learning.models import AUTO, model_choices
from labeler.learning.numeric.types import Array
from labeler.learning.strategies import strategies
from labeler.plugins import Registry


@dataclass(frozen=True)
class Targets:
    """Answers as models learn from them. classes: what the columns of probabilities stand for, as text; y: one row an
    answer: int codes (answers,), or bool (answers, classes) where an item may have several."""

    classes: list[str]
    y: Array

    def __len__(self) -> int:
        return len(self.y)

    def take(self, chosen: Array) -> "Targets":
        """These answers only."""
        return Targets(self.classes, self.y[chosen])


class Problem(ABC):
    """How answers of one kind are learned. The methods are pure; arrays are in one order of items throughout."""

    name: ClassVar[str]
    default_strategy: ClassVar[str]
    default_model: ClassVar[str]
    """What learns where the pool can't."""
    auto_model: ClassVar[str] = "Several models together"
    families: ClassVar[tuple[str, ...]]
    """Strategies and models that go with it, by what they are registered for."""
    wants: ClassVar[frozenset[str]] = frozenset()
    """What it would like to know of items beside what they say, see `ContentKind.pipeline`."""
    normalized: ClassVar[bool] = True
    """Whether an item's probabilities sum to 1."""

    @abstractmethod
    def encode(self, values: Sequence[Any]) -> Targets:
        """Values of the task type, as they are kept, for learning."""

    def certain(self, targets: Targets) -> Array:
        """Answers as the probabilities of one who has no doubt: float (answers, classes)."""
        if targets.y.ndim == 2:
            return targets.y.astype(np.float64)
        return np.asarray(np.eye(len(targets.classes))[targets.y], dtype=np.float64)

    @abstractmethod
    def why_not(self, targets: Targets) -> str | None:
        """Why nothing can be learned from these answers yet, as half a sentence; None when something can."""

    @abstractmethod
    def fit_pool(
        self, pipeline: Any, rows: Any, positions: Array, targets: Targets, unlabeled: Any, seed: int
    ) -> tuple[Any, Array]:
        """A TrainedModel that learned from labels and the pool (UnlabeledData) they lie in, and what flows over its
        graph: float32 (items, columns). rows: the labeled items' features; positions: where in the pool they are."""

    @abstractmethod
    def fit_alone(
        self, pipeline: Any, rows: Any, targets: Targets, model: Any, params: Mapping[str, Any], seed: int
    ) -> Any:
        """A TrainedModel of this name that learned from the labeled items' features alone."""

    @abstractmethod
    def decode(self, row: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> dict[str, Any]:
        """One item's probabilities as a prediction: {"value", "proba": {class: probability}, ...}.

        settings: what `settings_of` said of the model.
        """

    def settings_of(self, model: Any) -> dict[str, Any]:
        """What `decode` needs to know of a model beside its classes, as JSON takes it."""
        return {}

    @abstractmethod
    def outcomes(self, proba: Array, classes: Sequence[str], settings: Mapping[str, Any]) -> Array:
        """What a model says about items, to compare models by: str (items, columns)."""

    @abstractmethod
    def confidence(self, proba: Array) -> Array:
        """How sure each item's answer is, in [0, 1]: float (items,)."""

    @abstractmethod
    def evaluate(
        self, values: Sequence[Any], proba: Array, classes: Sequence[str], settings: Mapping[str, Any], seed: int
    ) -> Report:
        """Judge probabilities by the answers of items that the model never saw."""

    def powered(
        self,
        values: Sequence[Any],
        proba: Array,
        others: Array,
        classes: Sequence[str],
        settings: Mapping[str, Any],
    ) -> dict[str, Estimate]:
        """Metrics made sharper by what the model says of items drawn like the holdout but not labeled yet (others)."""
        return {}

    @abstractmethod
    def baselines(
        self,
        contents: Sequence[Content],
        values: Sequence[Any],
        held_contents: Sequence[Content],
        held_values: Sequence[Any],
        seed: int,
    ) -> dict[str, Report]:
        """What a model must beat, on the same labels and holdout: see `evaluation.baselines`."""

    def score(self, estimate: Estimate, schema: Mapping[str, Any]) -> Estimate:
        """The primary metric as a share of 1 that rises as models get better: what learning curves are drawn by."""
        return estimate

    def unscore(self, share: float, schema: Mapping[str, Any]) -> float:
        """The primary metric at a score: the inverse of `score`."""
        return share

    def irreducible(
        self, first: Sequence[Any], second: Sequence[Any], behind: Array, schema: Mapping[str, Any], seed: int
    ) -> Estimate:
        """What is missing to a `score` of 1 where a model is always right, since answers that judge it are not; nothing
        where that can't be told. first, second: what two people say of each item; behind: see `evaluation.noise`."""
        return Estimate.nothing()

    def strategy_choices(self) -> list[tuple[str, str]]:
        """Name and summary of every query strategy that goes with it, the default first."""
        named = {name: summary for family in self.families for name, summary in strategies(family)}
        return [(AUTO, f"Our benchmark's best for this kind of question ({self.default_strategy})"), *named.items()]

    def model_choices(self) -> list[tuple[str, str]]:
        """Name and summary of every model that goes with it, the default first."""
        return model_choices(self.families[0], self.auto_model)

    def strategy(self, wanted: str) -> str:
        """The strategy that a setting means."""
        return self.default_strategy if wanted == AUTO else wanted


registry: Registry[Problem] = Registry("learning problem", "problems", "labeler.learning.problems", UnknownName)

T = TypeVar("T", bound=type[Problem])


def problem(name: str) -> Callable[[T], T]:
    """Register a problem class, made without arguments, under a name."""

    def register(cls: T) -> T:
        cls.name = name
        registry.add(name, cls())
        return cls

    return register


def find(name: str) -> Problem:
    """The problem of this name. Raises UnknownName."""
    return registry.find(name)
