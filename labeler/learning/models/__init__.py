"""Models: one scikit-learn estimator factory a file, registered by its decorator and found by being here."""

import importlib
import pkgutil

from labeler.learning.models.registry import Model, find, model, registered

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

get_model = find


def models() -> list[tuple[str, str]]:
    """Name and summary of every model."""
    return [(one.name, one.summary) for one in registered().values()]


__all__ = ["Model", "get_model", "model", "models"]
