"""Active learning without the service, by scikit-learn's conventions."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from labeler.learning.ensemble import Views
from labeler.learning.errors import InvalidFeatures, TooFewItems, TooFewLabels
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.features.encoder import default_encoder, use
from labeler.learning.features.installed import is_installed
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection, joined
from labeler.learning.features.text import TextPipeline, text_of
from labeler.learning.graph import map_of
from labeler.learning.models import get_model
from labeler.learning.pooled import Pooling, fit_pooled, rows_for_choice, stand_in
from labeler.learning.scoring import CHUNK_ROWS
from labeler.learning.strategies import Pool, get_strategy, query
from labeler.learning.words import texts_of

Array = np.ndarray[Any, Any]

DEFAULT = "graph_margin"


class ActiveLearner(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier that learns from labels and from the pool they lie in, and says which items to label next.

    strategy: a name of `labeler.learning.strategies.strategies()`, or "auto" (uncertain items in undecided
    neighbourhoods, spread by k-means; items that cover the pool while there is no model). features: "auto"
    (texts: n-grams, and sentence embeddings where the extra is installed), or a feature pipeline.
    classifier: "auto" (linear models, the pool's graph and the words, weighed by evidence), a name of
    `labeler.learning.models.models()`, or a scikit-learn classifier with predict_proba. labels: what the labels
    mean, {label: description} or names alone; guideline: Markdown with a section a label. Both need sentence
    embeddings, and let the learner guess before the first label. positive: the label that
    `strategy="most_likely_positive"` searches for; None: the one with the fewest labels so far.
    Learned: classes_ (labels), model_ or estimator_ (None until two labels have examples).
    """

    def __init__(
        self,
        strategy: str = "auto",
        features: Any = "auto",
        classifier: Any = "auto",
        random_state: int = 0,
        labels: Any = None,
        guideline: str = "",
        positive: Any = None,
    ) -> None:
        self.strategy = strategy
        self.features = features
        self.classifier = classifier
        self.random_state = random_state
        self.labels = labels
        self.guideline = guideline
        self.positive = positive

    def fit(self, X: Any, y: Sequence[Any] | Array) -> "ActiveLearner":
        """Learn from the labeled of all items, and from the others.

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
        self.model_, self.estimator_, self._pool_proba = None, None, None
        places = np.flatnonzero(self.labeled_)
        if len(self.classes_) >= 2 and self._is_pooled():
            names = [str(label) for label in self._y]
            rows = self._features[places]
            self.model_, flow = fit_pooled(self._pipeline, rows, places, names, self._pooling(), self.random_state)
            self._pool_proba = self._in_order(self._score(flow))
        elif len(self.classes_) >= 2:
            self.estimator_ = self._classifier()
            self._limited(self.estimator_.fit, self._features[places], self._y)
            self._pool_proba = self._limited(self.estimator_.predict_proba, self._features)
        elif (guess := self._guess()) is not None:
            self.classes_, self._pool_proba = guess
        return self

    def query(self, n: int = 1) -> Array:
        """Positions in X of the next n unlabeled items, best first: int64 (n,).

        The same learner asked twice gives the same items. Raises TooFewItems when fewer are unlabeled.
        """
        self._check_fitted()
        unlabeled = np.flatnonzero(~self.labeled_)
        if not 1 <= n <= len(unlabeled):
            raise TooFewItems(f"{n} items asked for, {len(unlabeled)} are unlabeled")
        name = self.strategy if self.strategy != "auto" else DEFAULT
        rng = np.random.default_rng(self.random_state)
        labeled = np.flatnonzero(self.labeled_)
        if not self._has_model():
            name = name if get_strategy(name).needs == "none" else "coverage"
            pool = Pool(X=self._around.vectors[unlabeled])
        elif self._is_pooled():
            assert self._pool_proba is not None
            near = self._affinity[unlabeled][:, unlabeled] if name == DEFAULT else None
            X, proba = self._rows_for_choice(unlabeled), self._pool_proba[unlabeled]
            known = self._rows_for_choice(labeled)
            estimator = stand_in(name, known, self._y, self.random_state)
            pool = Pool(X, proba, estimator, known, self._y, neighbours=near)
        else:
            assert self._pool_proba is not None
            X, proba = self._features[unlabeled], self._pool_proba[unlabeled]
            pool = Pool(X, proba, self.estimator_, self._features[labeled], self._y)
        return unlabeled[query(name, replace(pool, positive=self._searched()), n, rng).positions]

    def predict_proba(self, X: Any) -> Array:
        """Probabilities (items, classes), in the order of classes_. Raises TooFewLabels without a model.

        Items of the pool are answered with all that the pool knows of them, others by their neighbours in it.
        """
        self._check_fitted()
        if self._pool_proba is None:
            raise TooFewLabels("needs two labels with examples")
        if self._mark == (_fingerprint(X), id(self.features)):
            return np.asarray(self._pool_proba)
        if self.model_ is not None and self.model_.surroundings is not None:
            features, contents = self._transform(X), _contents(X)
            cells = self._pipeline.cells(features)
            views = self.model_.surroundings.views(self._vectors(contents, features), features, cells)
            return self._in_order(self._limited(self.model_.estimator.predict_proba, views))
        if self.estimator_ is not None:
            return np.asarray(self._limited(self.estimator_.predict_proba, self._transform(X)))
        words = self._words
        assert words is not None
        return np.exp(words.prior(self._vectors(_contents(X), self._transform(X))))

    def predict(self, X: Any) -> Array:
        """The likeliest label of each item (items,). Raises TooFewLabels without a model."""
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _take_features(self, X: Any) -> None:
        """Features and map of X: those at hand when X is the same as last time."""
        mark = (_fingerprint(X), id(self.features))
        if getattr(self, "_mark", None) == mark:
            return
        self._pipeline: Any
        self._encoder = None
        if self.features != "auto":
            self._pipeline = self.features
        elif _holds_contents(X):
            self._pipeline = pipeline_for(_contents(X)[:1000], self.random_state)
            if isinstance(self._pipeline, TextPipeline) and is_installed():
                self._encoder = use(default_encoder())
        else:
            self._pipeline = ArrayFeatures()
        contents = _contents(X)
        block = self._pipeline.extract(contents)
        self._pipeline.fit([block])
        self._features = self._pipeline.transform(block)
        self._projection = Projection.of(self._likeness(self._features), self.random_state)
        self._around = map_of(self._vectors(contents, self._features))
        self._affinity = self._around.affinity()
        self._mark = mark

    def _vectors(self, contents: Any, features: Any) -> Array:
        words = self._projection.transform(self._likeness(features))
        if self._encoder is None:
            return words
        return joined(self._encoder.encode([text_of(content) for content in contents]), words)

    def _likeness(self, features: Any) -> Any:
        return self._pipeline.likeness(features) if hasattr(self._pipeline, "likeness") else features

    def _searched(self) -> int | None:
        """The column of the label that is searched for; None while it has no example."""
        found = np.flatnonzero(self.classes_ == self.positive) if self.positive is not None else []
        return int(found[0]) if len(found) and self._pool_proba is not None else None

    def _rows_for_choice(self, places: Array) -> Any:
        return rows_for_choice(self._around.vectors[places], self._features[places], self._encoder)

    def _is_pooled(self) -> bool:
        return isinstance(self.classifier, str) and self.classifier == "auto"

    def _has_model(self) -> bool:
        return self.model_ is not None or self.estimator_ is not None

    def _pooling(self) -> Pooling:
        return Pooling(self._around, self._affinity, self._projection, self._encoder, self._said())

    def _said(self) -> dict[str, list[str]] | None:
        if self._encoder is None or self.labels is None:
            return None
        given = dict(self.labels) if isinstance(self.labels, Mapping) else dict.fromkeys(self.labels, "")
        names = [str(name) for name in given]
        descriptions = {str(name): str(text or "") for name, text in given.items()}
        return dict(zip(names, texts_of(names, descriptions, self.guideline), strict=True))

    def _guess(self) -> tuple[Array, Array] | None:
        """Labels and probabilities by what was written about the labels alone."""
        said = self._said()
        self._words = None if not said or len(said) < 2 else self._pooling().words(sorted(said))
        if self._words is None or self.labels is None:
            return None
        return np.array(sorted(self.labels, key=str)), np.exp(self._words.prior(self._around.vectors))

    def _score(self, flow: Array) -> Array:
        assert self.model_ is not None and self.model_.surroundings is not None
        around, words = self._around, self.model_.surroundings.words
        parts = []
        for start in range(0, len(around), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            prior = None if words is None else words.prior(around.vectors[part])
            features = self._features[part]
            cells = self._pipeline.cells(features)
            views = Views(features, around.vectors[part], around.smooth[part], flow[part], prior, cells)
            parts.append(self._limited(self.model_.estimator.predict_proba, views))
        return np.concatenate(parts)

    def _in_order(self, proba: Array) -> Array:
        """Columns in the order of classes_, which sorts by value and not by name."""
        assert self.model_ is not None
        names = self.model_.classes
        return np.asarray(proba[:, [names.index(str(label)) for label in self.classes_]])

    def _transform(self, X: Any) -> Any:
        return self._pipeline.transform(self._pipeline.extract(_contents(X)))

    def _classifier(self) -> Any:
        from sklearn.base import clone

        if isinstance(self.classifier, str):
            return get_model(self.classifier).make(self.random_state)
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
