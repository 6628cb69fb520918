"""Active learning without the service, by scikit-learn's conventions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from labeler.learning.batch_predict import CHUNK_ROWS
from labeler.learning.encoded_pool import EncodedPool
from labeler.learning.errors import InvalidFeatures, TooFewItems, TooFewLabels, UnknownName
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.fitting import UnlabeledData, fit_pooled, plain_classifier
from labeler.learning.models import get_model, models
from labeler.learning.multilabel import as_indicator, as_tuples, is_label_set, is_learnable
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.ensemble import Views
from labeler.learning.semi_supervised.label_descriptions import texts_of
from labeler.learning.strategies import Pool, get_strategy, query, strategies
from labeler.learning.validation import contents_of, fingerprint, is_missing, labels_of, plain_of

DEFAULT = "graph_margin"
SEARCH = "most_likely_positive"
DEFAULT_SEVERAL = "label_uncertainty_kmeans"
SEVERAL = "one_vs_rest"


class ActiveLearner(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier that learns from labels and from the pool they lie in, and says which items to label next.

    strategy: a name of `labeler.learning.strategies.strategies()`, or "auto" (uncertain items in undecided
    neighborhoods, spread by k-means; items that cover the pool while there is no model). features: "auto"
    (texts: n-grams, and sentence embeddings where the extra is installed), or a feature pipeline.
    classifier: "auto" (linear models, the pool's graph and the words, weighed by evidence), a name of
    `labeler.learning.models.models()`, or a scikit-learn classifier with predict_proba. labels: what the labels
    mean, {label: description} or names alone; guideline: Markdown with a section a label. Both need sentence
    embeddings, and let the learner guess before the first label. positive: the label that
    `strategy="most_likely_positive"` searches for; None: the one with the fewest labels so far.
    Items may have any number of labels: give a set, tuple or list of them for each labeled item. Each label is then
    learned by itself ("auto" is one_vs_rest), its probabilities stand alone, and "auto" asks for the items whose
    labels are least sure on average.
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
        unlabeled, all None is fine; sets, tuples or lists of labels where items have any number of them.
        Fitting again on the same X reuses its features.
        Raises InvalidFeatures when X and y don't fit together, UnknownName for an unknown strategy or model, or
        one that does not go with so many labels an item.
        """
        labels = labels_of(y)
        X = plain_of(X)
        items = self._take(X)
        if len(labels) != len(items):
            raise InvalidFeatures(f"{len(items)} items, but {len(labels)} labels")
        self.labeled_ = np.array([not is_missing(label) for label in labels], dtype=bool)
        known = [label for label in labels if not is_missing(label)]
        self.model_, self.estimator_, self._pool_proba = None, None, None
        self._several = any(is_label_set(label) for label in known)
        self._check_names()
        places = np.flatnonzero(self.labeled_)
        if self._several:
            self.classes_, self._y = as_indicator(known)
            if is_learnable(self._y):
                self.estimator_ = self._classifier()
                seen = items.side_by_side(items.features, items.graph.vectors)
                self._limited(self.estimator_.fit, seen[places], self._y)
                self._pool_proba = self._limited(self.estimator_.predict_proba, seen)
            return self
        self._y = np.array(known)
        self.classes_ = np.unique(self._y)
        if len(self.classes_) >= 2 and self._is_pooled():
            names = [str(label) for label in self._y]
            rows = items.features[places]
            self.model_, flow = fit_pooled(items.pipeline, rows, places, names, self._pooling(), self.random_state)
            self._pool_proba = self._in_order(self._score(flow))
        elif len(self.classes_) >= 2:
            self.estimator_ = self._classifier()
            self._limited(self.estimator_.fit, items.features[places], self._y)
            self._pool_proba = self._limited(self.estimator_.predict_proba, items.features)
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
        default = DEFAULT_SEVERAL if self._several else DEFAULT
        name = self.strategy if self.strategy != "auto" else default
        rng = np.random.default_rng(self.random_state)
        items, labeled = self._items, np.flatnonzero(self.labeled_)
        if not self._has_model():
            pool = Pool(X=items.graph.vectors[unlabeled])
            if name == SEARCH and self._searched() is not None and self._pool_proba is not None:
                pool = replace(pool, proba=self._pool_proba[unlabeled])  # words say where to look first
            elif get_strategy(name).needs != "none":
                name = "coverage"
        elif self.model_ is not None:
            assert self._pool_proba is not None
            near = items.affinity[unlabeled][:, unlabeled]
            X, proba = items.for_selection(unlabeled), self._pool_proba[unlabeled]
            known = items.for_selection(labeled)
            estimator = plain_classifier(name, known, self._y, self.random_state)
            pool = Pool(X, proba, estimator, known, self._y, neighbors=near)
        else:
            assert self._pool_proba is not None
            X, proba = items.features[unlabeled], self._pool_proba[unlabeled]
            pool = Pool(X, proba, self.estimator_, items.features[labeled], self._y)
        return unlabeled[query(name, replace(pool, positive=self._searched()), n, rng).positions]

    def predict_proba(self, X: Any) -> Array:
        """Probabilities (items, classes), in the order of classes_. Raises TooFewLabels without a model.

        Rows sum to 1, but for any number of labels an item: there each probability stands alone.

        Items of the pool are answered with all that the pool knows of them, others by their neighbors in it.
        """
        self._check_fitted()
        X = plain_of(X)
        if self._pool_proba is None:
            raise TooFewLabels("needs two labels with examples")
        if self._mark == self._mark_of(X):
            return np.asarray(self._pool_proba)
        items, contents = self._items, contents_of(X)
        features = items.features_of(contents)
        if self.model_ is not None and self.model_.reference_set is not None:
            cells = items.pipeline.cells(features)
            views = self.model_.reference_set.views(items.vectors_of(contents, features), features, cells)
            return self._in_order(self._limited(self.model_.estimator.predict_proba, views))
        if self.estimator_ is not None:
            if self._several and items.encoder is not None:
                features = items.side_by_side(features, items.vectors_of(contents, features))
            return np.asarray(self._limited(self.estimator_.predict_proba, features))
        words = self._words
        assert words is not None
        return np.exp(words.prior(items.vectors_of(contents, features)))

    def predict(self, X: Any) -> Array:
        """The likeliest label of each item (items,); a tuple of labels each where items have any number of them.

        Raises TooFewLabels without a model.
        """
        self._check_fitted()
        if self._several:
            told = as_tuples(self.predict_proba(X) > 0.5, self.classes_)
            return np.fromiter(told, dtype=object, count=len(told))
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _take(self, X: Any) -> EncodedPool:
        """Features and map of X: those at hand when X is the same as last time."""
        mark = self._mark_of(X)
        if getattr(self, "_mark", None) != mark:
            self._items = EncodedPool.of(X, self.features, self.random_state)
            if isinstance(self._items.pipeline, ArrayFeatures):
                self.n_features_in_ = self._items.features.shape[1]
            self._mark = mark
        return self._items

    def _mark_of(self, X: Any) -> tuple[str, Any]:
        """Tells another X or other features from those at hand."""
        return fingerprint(X), self.features if isinstance(self.features, str) else id(self.features)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = tags.input_tags.string = True
        return tags

    def _searched(self) -> int | None:
        """The column of the label that is searched for; None while it has no example."""
        if self.positive is None or self._pool_proba is None:
            return None
        found = np.flatnonzero(self.classes_ == self.positive)
        return int(found[0]) if len(found) else None

    def _check_names(self) -> None:
        """Raises UnknownName when strategy or classifier don't exist, or are not for so many labels an item."""
        task: Literal["choice", "multi_choice"] = "multi_choice" if self._several else "choice"
        if self.strategy != "auto" and (one := get_strategy(self.strategy)).needs == "model" and one.task != task:
            fitting = ", ".join(name for name, _ in strategies(task))
            raise UnknownName(f'strategy "{self.strategy}" does not go with these labels, those that do: {fitting}')
        named = isinstance(self.classifier, str) and self.classifier != "auto"
        if named and get_model(self.classifier).task != task:
            fitting = ", ".join(name for name, _ in models(task))
            raise UnknownName(f'model "{self.classifier}" does not go with these labels, those that do: {fitting}')

    def _is_pooled(self) -> bool:
        return isinstance(self.classifier, str) and self.classifier == "auto"

    def _has_model(self) -> bool:
        return self.model_ is not None or self.estimator_ is not None

    def _pooling(self) -> UnlabeledData:
        items = self._items
        features = items.features.__getitem__
        return UnlabeledData(items.graph, items.affinity, items.projection, items.encoder, self._said(), features)

    def _said(self) -> dict[str, list[str]] | None:
        if self._items.encoder is None or self.labels is None:
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
        return np.array(sorted(self.labels, key=str)), np.exp(self._words.prior(self._items.graph.vectors))

    def _score(self, flow: Array) -> Array:
        assert self.model_ is not None and self.model_.reference_set is not None
        items, words = self._items, self.model_.reference_set.words
        parts = []
        for start in range(0, len(items), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            prior = None if words is None else words.prior(items.graph.vectors[part])
            features = items.features[part]
            cells = items.pipeline.cells(features)
            views = Views(features, items.graph.vectors[part], items.graph.smooth[part], flow[part], prior, cells)
            parts.append(self._limited(self.model_.estimator.predict_proba, views))
        return np.concatenate(parts)

    def _in_order(self, proba: Array) -> Array:
        """Columns in the order of classes_, which sorts by value and not by name."""
        assert self.model_ is not None
        names = self.model_.classes
        return np.asarray(proba[:, [names.index(str(label)) for label in self.classes_]])

    def _classifier(self) -> Any:
        from sklearn.base import clone

        if isinstance(self.classifier, str):
            name = SEVERAL if self.classifier == "auto" else self.classifier
            return get_model(name).make(self.random_state)
        return clone(self.classifier)

    def _limited(self, function: Any, *arguments: Any) -> Any:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return function(*arguments)

    def _check_fitted(self) -> None:
        if not hasattr(self, "labeled_"):
            raise NotFittedError("call fit first; labels may all be None")
