"""Active learning without the service, by scikit-learn's conventions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from labeler.learning.ensemble import Views
from labeler.learning.errors import InvalidFeatures, TooFewItems, TooFewLabels, UnknownName
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.features.encoder import default_encoder, use
from labeler.learning.features.installed import is_installed
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.projection import Projection, joined
from labeler.learning.features.text import TextPipeline, text_of
from labeler.learning.given import contents_of, fingerprint, holds_contents, is_missing, labels_of, plain_of
from labeler.learning.graph import map_of
from labeler.learning.labelsets import as_indicator, as_tuples, is_label_set, is_learnable
from labeler.learning.models import get_model, models
from labeler.learning.pooled import Pooling, fit_pooled, rows_for_choice, stand_in
from labeler.learning.scoring import CHUNK_ROWS
from labeler.learning.strategies import Pool, get_strategy, query, strategies
from labeler.learning.words import texts_of

Array = np.ndarray[Any, Any]

DEFAULT = "graph_margin"
SEARCH = "most_likely_positive"
DEFAULT_SEVERAL = "label_uncertainty_kmeans"
SEVERAL = "one_vs_rest"


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
        self._take_features(X)
        if len(labels) != self._features.shape[0]:
            raise InvalidFeatures(f"{self._features.shape[0]} items, but {len(labels)} labels")
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
                seen = self._side_by_side(self._features, self._around.vectors)
                self._limited(self.estimator_.fit, seen[places], self._y)
                self._pool_proba = self._limited(self.estimator_.predict_proba, seen)
            return self
        self._y = np.array(known)
        self.classes_ = np.unique(self._y)
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
        default = DEFAULT_SEVERAL if self._several else DEFAULT
        name = self.strategy if self.strategy != "auto" else default
        rng = np.random.default_rng(self.random_state)
        labeled = np.flatnonzero(self.labeled_)
        if not self._has_model():
            pool = Pool(X=self._around.vectors[unlabeled])
            if name == SEARCH and self._searched() is not None and self._pool_proba is not None:
                pool = replace(pool, proba=self._pool_proba[unlabeled])  # words say where to look first
            elif get_strategy(name).needs != "none":
                name = "coverage"
        elif self.model_ is not None:
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

        Rows sum to 1, but for any number of labels an item: there each probability stands alone.

        Items of the pool are answered with all that the pool knows of them, others by their neighbours in it.
        """
        self._check_fitted()
        X = plain_of(X)
        if self._pool_proba is None:
            raise TooFewLabels("needs two labels with examples")
        if self._mark == self._mark_of(X):
            return np.asarray(self._pool_proba)
        if self.model_ is not None and self.model_.surroundings is not None:
            features, contents = self._transform(X), contents_of(X)
            cells = self._pipeline.cells(features)
            views = self.model_.surroundings.views(self._vectors(contents, features), features, cells)
            return self._in_order(self._limited(self.model_.estimator.predict_proba, views))
        if self.estimator_ is not None:
            seen = self._transform(X)
            if self._several and self._encoder is not None:
                seen = self._side_by_side(seen, self._vectors(contents_of(X), seen))
            return np.asarray(self._limited(self.estimator_.predict_proba, seen))
        words = self._words
        assert words is not None
        return np.exp(words.prior(self._vectors(contents_of(X), self._transform(X))))

    def predict(self, X: Any) -> Array:
        """The likeliest label of each item (items,); a tuple of labels each where items have any number of them.

        Raises TooFewLabels without a model.
        """
        self._check_fitted()
        if self._several:
            told = as_tuples(self.predict_proba(X) > 0.5, self.classes_)
            return np.fromiter(told, dtype=object, count=len(told))
        return np.asarray(self.classes_[self.predict_proba(X).argmax(axis=1)])

    def _take_features(self, X: Any) -> None:
        """Features and map of X: those at hand when X is the same as last time."""
        mark = self._mark_of(X)
        if getattr(self, "_mark", None) == mark:
            return
        self._pipeline: Any
        self._encoder = None
        if self.features != "auto":
            self._pipeline = self.features
        elif holds_contents(X):
            self._pipeline = pipeline_for(contents_of(X)[:1000], self.random_state)
            if isinstance(self._pipeline, TextPipeline) and is_installed():
                self._encoder = use(default_encoder())
        else:
            self._pipeline = ArrayFeatures()
        contents = contents_of(X)
        block = self._pipeline.extract(contents)
        self._pipeline.fit([block])
        if isinstance(self._pipeline, ArrayFeatures):
            self.n_features_in_ = block.shape[1]
        self._features = self._pipeline.transform(block)
        self._projection = Projection.of(self._likeness(self._features), self.random_state)
        self._around = map_of(self._vectors(contents, self._features))
        self._affinity = self._around.affinity()
        self._mark = mark

    def _mark_of(self, X: Any) -> tuple[str, Any]:
        """Tells another X or other features from those at hand."""
        return fingerprint(X), self.features if isinstance(self.features, str) else id(self.features)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = tags.input_tags.string = True
        return tags

    def _vectors(self, contents: Any, features: Any) -> Array:
        words = self._projection.transform(self._likeness(features))
        if self._encoder is None:
            return words
        return joined(self._encoder.encode([text_of(content) for content in contents]), words)

    def _likeness(self, features: Any) -> Any:
        return self._pipeline.likeness(features) if hasattr(self._pipeline, "likeness") else features

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

    def _side_by_side(self, features: Any, vectors: Array) -> Any:
        """Features with the sentence vectors beside them, where there are any."""
        if self._encoder is None:
            return features
        return csr_matrix(hstack([features, csr_matrix(vectors)], format="csr"))

    def _rows_for_choice(self, places: Array) -> Any:
        return rows_for_choice(self._around.vectors[places], self._features[places], self._encoder)

    def _is_pooled(self) -> bool:
        return isinstance(self.classifier, str) and self.classifier == "auto"

    def _has_model(self) -> bool:
        return self.model_ is not None or self.estimator_ is not None

    def _pooling(self) -> Pooling:
        features = self._features.__getitem__
        return Pooling(self._around, self._affinity, self._projection, self._encoder, self._said(), features)

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
        return self._pipeline.transform(self._pipeline.extract(contents_of(X)))

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
