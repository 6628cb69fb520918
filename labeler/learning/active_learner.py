"""Active learning without the service, by scikit-learn's conventions."""

import hashlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from labeler.learning.errors import InvalidFeatures, TooFewItems, TooFewLabels
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.features.pipeline import FeaturePipeline, pipeline_for
from labeler.learning.models import get_model
from labeler.learning.strategies import Pool, get_strategy, query

Array = np.ndarray[Any, Any]


class ActiveLearner(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier that says which items to label next.

    strategy: a name of `labeler.learning.strategies.strategies()`, or "auto" (margin + k-means; items that
    cover the pool while there is no model). features: "auto" or a feature pipeline. classifier: "auto", a
    name of `labeler.learning.models.models()`, or a scikit-learn classifier with predict_proba.
    Learned: classes_ (labels), estimator_ (None until two labels have examples).
    """

    def __init__(
        self, strategy: str = "auto", features: Any = "auto", classifier: Any = "auto", random_state: int = 0
    ) -> None:
        self.strategy = strategy
        self.features = features
        self.classifier = classifier
        self.random_state = random_state

    def fit(self, X: Any, y: Sequence[Any] | Array) -> "ActiveLearner":
        """Learn from the labeled of all items.

        X: list of str, array or sparse (items, features), or DataFrame; y: (items,), None or NaN where
        unlabeled, all None is fine. Fitting again on the same X reuses its features.
        Raises InvalidFeatures when X and y don't fit together, UnknownName for an unknown strategy or model.
        """
        if self.strategy != "auto":
            get_strategy(self.strategy)
        labels = list(y)
        self._take_features(X)
        if len(labels) != self._features.shape[0]:
            raise InvalidFeatures(f"{self._features.shape[0]} items, but {len(labels)} labels")
        self.labeled_ = np.array([not _is_missing(label) for label in labels], dtype=bool)
        self._y = np.array([label for label in labels if not _is_missing(label)])
        self.classes_ = np.unique(self._y)
        self.estimator_ = None
        self._queries = 0
        if len(self.classes_) >= 2:
            self.estimator_ = self._classifier()
            self._limited(self.estimator_.fit, self._features[np.flatnonzero(self.labeled_)], self._y)
        return self

    def query(self, n: int = 1) -> Array:
        """Positions in X of the next n unlabeled items, best first: int64 (n,).

        The same learner asked twice gives the same items. Raises TooFewItems when fewer are unlabeled.
        """
        self._check_fitted()
        unlabeled = np.flatnonzero(~self.labeled_)
        if not 1 <= n <= len(unlabeled):
            raise TooFewItems(f"{n} items asked for, {len(unlabeled)} are unlabeled")
        X = self._features[unlabeled]
        name = self.strategy if self.strategy != "auto" else "margin_kmeans"
        pool = Pool(X=X)
        if self.estimator_ is None:
            name = name if get_strategy(name).needs == "none" else "coverage"
        else:
            labeled = np.flatnonzero(self.labeled_)
            proba = self._limited(self.estimator_.predict_proba, X)
            pool = Pool(X, proba, self.estimator_, self._features[labeled], self._y)
        return unlabeled[query(name, pool, n, np.random.default_rng(self.random_state)).positions]

    def predict_proba(self, X: Any) -> Array:
        """Probabilities (items, classes), in the order of classes_. Raises TooFewLabels without a model."""
        self._check_fitted()
        if self.estimator_ is None:
            raise TooFewLabels("needs two labels with examples")
        return np.asarray(self._limited(self.estimator_.predict_proba, self._transform(X)))

    def predict(self, X: Any) -> Array:
        """The likeliest label of each item (items,). Raises TooFewLabels without a model."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _take_features(self, X: Any) -> None:
        """Features of X: those at hand when X is the same as last time."""
        mark = (_fingerprint(X), id(self.features))
        if getattr(self, "_mark", None) == mark:
            return
        self._pipeline: FeaturePipeline | ArrayFeatures
        if self.features != "auto":
            self._pipeline = self.features
        elif _holds_contents(X):
            self._pipeline = pipeline_for(_contents(X)[:1000], self.random_state)
        else:
            self._pipeline = ArrayFeatures()
        block = self._pipeline.extract(_contents(X))
        self._pipeline.fit([block])
        self._features = self._pipeline.transform(block)
        self._mark = mark

    def _transform(self, X: Any) -> Any:
        return self._pipeline.transform(self._pipeline.extract(_contents(X)))

    def _classifier(self) -> Any:
        from sklearn.base import clone

        if isinstance(self.classifier, str):
            return get_model("linear_svm" if self.classifier == "auto" else self.classifier).make(self.random_state)
        return clone(self.classifier)

    def _limited(self, function: Any, *arguments: Any) -> Any:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return function(*arguments)

    def _check_fitted(self) -> None:
        if not hasattr(self, "labeled_"):
            raise NotFittedError("call fit first; labels may all be None")


def _is_missing(label: Any) -> bool:
    if label is None:
        return True
    if isinstance(label, float | np.floating):
        return math.isnan(label)
    return type(label).__name__ in ("NAType", "NaTType")


def _is_frame(X: Any) -> bool:
    return hasattr(X, "to_dict") and hasattr(X, "columns")


def _holds_contents(X: Any) -> bool:
    """Whether X is texts or table rows, and not numbers."""
    if _is_frame(X):
        return True
    if hasattr(X, "shape") and X.ndim > 1:
        return False
    return len(X) > 0 and isinstance(next(iter(X)), str | dict)


def _contents(X: Any) -> Any:
    """Texts and DataFrames as contents; arrays and sparse matrices as they are."""
    if _is_frame(X):
        return [{"fields": {str(name): value for name, value in row.items()}} for row in X.to_dict("records")]
    if not _holds_contents(X):
        return X
    return [item if isinstance(item, dict) else {"text": "" if item is None else str(item)} for item in X]


def _fingerprint(X: Any) -> str:
    """Equal for equal X; reading it costs far less than making its features."""
    digest = hashlib.sha256(f"{type(X).__name__}{getattr(X, 'shape', '')}".encode())
    if hasattr(X, "indptr"):
        for array in (X.data, X.indices, X.indptr):
            digest.update(array.tobytes())
    elif isinstance(X, np.ndarray) and X.dtype != object:
        digest.update(X.tobytes())
    else:
        for item in _contents(X):
            digest.update(repr(item).encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
