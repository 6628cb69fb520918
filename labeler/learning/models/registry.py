"""The models by name.

Nothing here, nor in a model's file, imports scikit-learn before a model is made: the service lists and checks
names in processes that never train.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labeler.learning.errors import InvalidModel, UnknownName
from labeler.plugins import Registry

Factory = Callable[..., Any]
PoolFit = Callable[..., tuple[Any, Any]]
"""(problem, pipeline, rows, positions, targets, unlabeled, seed): see `Problem.fit_pool`."""
AUTO = "auto"
POOL_ENSEMBLE = "pool_ensemble"
"""The default: what `auto` means while nothing else was found better."""


@dataclass(frozen=True)
class LogRange:
    """A positive number; as likely between 1 and 10 as between 10 and 100."""

    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        return self._between(rng.uniform(np.log(self.low), np.log(self.high)))

    def near(self, value: float, share: float, rng: np.random.Generator) -> float:
        """A number around `value`, at most half of `share` of the range away, and never outside the range."""
        reach = share * (np.log(self.high) - np.log(self.low)) / 2
        return self._between(np.log(value) + rng.uniform(-reach, reach))

    def _between(self, logarithm: float) -> float:
        return float(f"{np.clip(np.exp(logarithm), self.low, self.high):.4g}")


@dataclass(frozen=True)
class Categorical:
    """One of a few values, all as likely."""

    options: tuple[Any, ...]

    def draw(self, rng: np.random.Generator) -> Any:
        return self.options[int(rng.integers(len(self.options)))]

    def near(self, value: Any, share: float, rng: np.random.Generator) -> Any:
        """Mostly the same value; another one the more rarely, the narrower the search has become."""
        return self.draw(rng) if rng.random() < share else value


Space = Mapping[str, LogRange | Categorical]


@dataclass(frozen=True)
class Model:
    """A registered model: `make(random_state, **params)` gives an unfitted scikit-learn estimator with predict_proba.

    space: the hyperparameters that a search may set. trusted: full names of the classes beyond scikit-learn's that its
    file holds; nothing else is loaded from it. problem: what it learns, see `labeler.learning.problems`; "any".
    tables_only: whether a search leaves it out for texts. fit_pool: how it learns from labels and the pool they lie in;
    None: from the labeled items' features alone.
    """

    name: str
    summary: str
    factory: Factory
    trusted: tuple[str, ...]
    space: Space = field(default_factory=dict)
    problem: str = "classification"
    tables_only: bool = False
    fit_pool: PoolFit | None = None

    def make(self, random_state: int, **params: Any) -> Any:
        """An unfitted estimator.

        Raises UnknownName for a hyperparameter that is not in the space, InvalidModel for what is no estimator.
        """
        for name in params:
            if name not in self.space:
                known = ", ".join(self.space) or "none"
                raise UnknownName(f'model "{self.name}" has no hyperparameter "{name}", there are: {known}')
        made = self.factory(random_state, **params)
        if not (hasattr(made, "fit") and hasattr(made, "predict_proba")):
            raise InvalidModel(f'model "{self.name}" is {type(made).__name__}, expected fit and predict_proba')
        return made

    def unusual(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The hyperparameters that are not at their default."""
        defaults = self.defaults()
        return {name: value for name, value in params.items() if value != defaults[name]}

    def defaults(self) -> dict[str, Any]:
        """The hyperparameters of the space at their defaults."""
        signature = inspect.signature(self.factory).parameters
        return {name: signature[name].default for name in self.space}


_models: Registry[Model] = Registry("model", "models", "labeler.learning.models", UnknownName)


def model(
    name: str,
    *,
    trusted: tuple[str, ...] = (),
    space: Space | None = None,
    problem: str = "classification",
    tables_only: bool = False,
) -> Callable[[Factory], Factory]:
    """Register an estimator factory under a name; the first line of its docstring is its summary.

    The factory takes the random state and, by name, the hyperparameters of `space`, each with a default.
    """

    def register(factory: Factory) -> Factory:
        summary = (factory.__doc__ or "").strip().split("\n")[0]
        _models.add(name, Model(name, summary, factory, trusted, dict(space or {}), problem, tables_only))
        return factory

    return register


def pool_model(name: str, *, problem: str = "any") -> Callable[[PoolFit], PoolFit]:
    """Register a model that learns from labels and from the pool they lie in."""

    def register(function: PoolFit) -> PoolFit:
        summary = (function.__doc__ or "").strip().split("\n")[0]
        _models.add(name, Model(name, summary, _needs_the_pool, (), {}, problem, fit_pool=function))
        return function

    return register


def _needs_the_pool(random_state: int) -> Any:
    raise InvalidModel("this model learns from a pool, and there is none here")


def registered() -> dict[str, Model]:
    """Every registered model, by name."""
    return _models.all()


def find(name: str) -> Model:
    """The model of this name. Raises UnknownName."""
    return _models.find(name)
