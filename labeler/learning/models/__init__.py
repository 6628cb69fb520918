"""Models: one scikit-learn estimator factory a file, registered by its decorator and found by being here."""

import importlib
import pkgutil

from labeler.learning.models.registry import POOL_ENSEMBLE, Model, Task, find, model, registered

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

get_model = find


def models(task: Task = "choice") -> list[tuple[str, str]]:
    """Name and summary of every model for this task; costs no import of scikit-learn."""
    return [(one.name, one.summary) for one in registered().values() if one.task == task]


__all__ = ["POOL_ENSEMBLE", "Model", "get_model", "model", "models"]
