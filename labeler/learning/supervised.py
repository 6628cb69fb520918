"""Labels and features to a trained model, without the pool they come from."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labeler.learning.errors import InvalidFeatures, TooFewLabels
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.numeric.types import Array
from labeler.learning.trained_model import TrainedModel


def train(
    pipeline: FeaturePipeline,
    X_labeled: Any,
    y: Sequence[str] | Array,
    *,
    model: Any = "linear_svm",
    params: Mapping[str, Any] | None = None,
    seed: int,
) -> TrainedModel:
    """Train a model on transformed rows: a registered one by name, or an unfitted scikit-learn classifier.

    X_labeled: (items, features) as `pipeline.transform` gives them; y: one label per item.
    The same rows in the same order and the same seed give bit-identical predictions.
    params: hyperparameters of the model that are not at their defaults.
    Raises TooFewLabels for fewer than two labels, UnknownName for an unknown model or hyperparameter,
    InvalidFeatures when rows and labels don't match.
    """
    from threadpoolctl import threadpool_limits

    labels = np.asarray(y, dtype=np.str_) if len(y) else np.empty(0, dtype="<U1")
    if X_labeled.shape[0] != len(labels):
        raise InvalidFeatures(f"{X_labeled.shape[0]} rows, but {len(labels)} labels")
    if len(np.unique(labels)) < 2:
        raise TooFewLabels("needs two labels with examples")
    # Fits of a few hundred labels are many times slower with more BLAS threads, and no longer bit-identical.
    with threadpool_limits(1):
        estimator = _made(model, params, seed).fit(X_labeled, labels)
    # A copy: the caller may fit the pipeline again while this model goes on answering.
    return TrainedModel(copy.deepcopy(pipeline), estimator, [str(label) for label in estimator.classes_], _name(model))


def train_estimator(
    pipeline: FeaturePipeline, X_labeled: Any, y: Any, *, model: Any, params: Mapping[str, Any] | None = None, seed: int
) -> TrainedModel:
    """As `train`, for targets that the model itself encodes, such as sets of labels."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        estimator = _made(model, params, seed).fit(X_labeled, y)
    return TrainedModel(copy.deepcopy(pipeline), estimator, [str(label) for label in estimator.classes_], _name(model))


def _made(model: Any, params: Mapping[str, Any] | None, seed: int) -> Any:
    """An unfitted estimator."""
    from sklearn.base import clone

    from labeler.learning.models import get_model

    return get_model(model).make(seed, **(params or {})) if isinstance(model, str) else clone(model)


def _name(model: Any) -> str:
    return model if isinstance(model, str) else type(model).__name__
