"""The models by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labeler.learning.errors import UnknownName

Factory = Callable[[int], Any]


@dataclass(frozen=True)
class Model:
    """A registered model: `make(random_state)` gives an unfitted scikit-learn estimator with predict_proba.

    trusted: full names of the classes of this project that its file holds; nothing else is loaded from it.
    """

    name: str
    summary: str
    make: Factory
    trusted: tuple[str, ...]


_models: dict[str, Model] = {}


def model(name: str, *, trusted: tuple[str, ...] = ()) -> Callable[[Factory], Factory]:
    """Register an estimator factory under a name; the first line of its docstring is its summary."""

    def register(factory: Factory) -> Factory:
        summary = (factory.__doc__ or "").strip().split("\n")[0]
        _models[name] = Model(name, summary, factory, trusted)
        return factory

    return register


def registered() -> dict[str, Model]:
    """Every registered model, by name."""
    return dict(sorted(_models.items()))


def find(name: str) -> Model:
    """The model of this name. Raises UnknownName."""
    if name not in _models:
        raise UnknownName(f'no model "{name}", there are: {", ".join(sorted(_models))}')
    return _models[name]
