"""Models: one scikit-learn estimator factory per file, registered by its decorator; found by being here, or by an entry
point.
"""

from labeler.learning.models.registry import AUTO, POOL_ENSEMBLE, Model, Task, find, model, registered

get_model = find


def models(task: Task = "choice") -> list[tuple[str, str]]:
    """Name and summary of every model for this task; costs no import of scikit-learn."""
    return [(one.name, one.summary) for one in registered().values() if one.task == task]


def model_choices() -> list[tuple[str, str]]:
    """Name and summary of everything that a project can set as its model, the default first."""
    return [
        (AUTO, "What the last search found best for this project; the pool ensemble until there was one"),
        (POOL_ENSEMBLE, "Several models, the pool's graph and what was written about the labels, weighed by evidence"),
        *models(),
    ]


__all__ = ["AUTO", "POOL_ENSEMBLE", "Model", "get_model", "model", "model_choices", "models"]
