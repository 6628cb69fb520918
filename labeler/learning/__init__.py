"""Active learning that stands on its own: features, models, strategies, evaluation, stopping.

Nothing here knows of a database, HTTP or a job. `ActiveLearner` is all that one needs without the service; it
is imported on first use, since listing strategies must not cost an import of scikit-learn.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeler.learning.active_learner import ActiveLearner

__all__ = ["ActiveLearner"]


def __getattr__(name: str) -> Any:
    if name == "ActiveLearner":
        from labeler.learning.active_learner import ActiveLearner

        return ActiveLearner
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
