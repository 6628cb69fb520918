"""Models: one scikit-learn estimator factory per file, registered by its decorator; found by being here, or by an entry
point.
"""

from labeler.learning.models.registry import AUTO, POOL_ENSEMBLE, Model, find, model, pool_model, registered

get_model = find


def models(problem: str = "classification") -> list[tuple[str, str]]:
    """Name and summary of every model that learns this problem from features alone; costs no import of scikit-learn."""
    return [(one.name, one.summary) for one in registered().values() if one.problem == problem]


def model_choices(problem: str, auto: str) -> list[tuple[str, str]]:
    """Name and summary of everything that can be set as a project's model, the default first. auto: what it means."""
    pooled = [one for one in registered().values() if one.fit_pool is not None and one.problem in (problem, "any")]
    return [(AUTO, auto), *((one.name, one.summary) for one in pooled), *models(problem)]


__all__ = ["AUTO", "POOL_ENSEMBLE", "Model", "get_model", "model", "model_choices", "models", "pool_model"]
