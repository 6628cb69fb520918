"""Active learning without the service, by scikit-learn's conventions."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import NotFittedError

from labeler.learning import loop, problems
from labeler.learning.batch_predict import BatchPredictor
from labeler.learning.encoded_pool import EncodedPool
from labeler.learning.errors import InvalidFeatures, TooFewItems, TooFewLabels, UnknownName
from labeler.learning.features.arrays import ArrayFeatures
from labeler.learning.models import get_model, models
from labeler.learning.multilabel import as_indicator, is_label_set
from labeler.learning.numeric.types import Array
from labeler.learning.problems import Problem, Targets
from labeler.learning.semi_supervised.label_descriptions import texts_of
from labeler.learning.strategies import POSITIVE, Pool, get_strategy, query, strategies
from labeler.learning.validation import contents_of, fingerprint, is_missing, labels_of, plain_of

AUTO = "auto"


class ActiveLearner(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier that learns from labels and from the pool they lie in, and says which items to label next.

    It runs the service's own loop (`labeler.learning.loop`) on items in memory.
    strategy: a name of `labeler.learning.strategies.strategies()`, or "auto" (the problem's own; items that cover the
    pool while there is no model). features: "auto" (texts: n-grams, and sentence embeddings where an extra is
    installed; of two encoders, those of the one through which a model says best what it had not seen), or a feature
    pipeline. classifier: "auto" (several models, the pool's graph and the words, weighed by evidence), a name of
    `labeler.learning.models.models()`, or a scikit-learn classifier with predict_proba. labels: what the labels mean,
    {label: description} or names alone; guideline: Markdown with a section a label. Both need
    sentence embeddings, and let the learner guess before the first label. positive: the label that
    `strategy="most_likely_positive"` searches for; None: the one with the fewest labels so far.
    problem: "classification" (one label an item), "multilabel" (any number: a set, tuple or list of them for each
    labeled item; each probability stands alone), "ordinal" (a number each, such as one to five stars), or "auto",
    which is one of the first two.
    Learned: classes_ (labels, or numbers), model_ (a TrainedModel; None until two labels have examples).
    """

    def __init__(
        self,
        strategy: str = AUTO,
        features: Any = AUTO,
        classifier: Any = AUTO,
        random_state: int = 0,
        labels: Any = None,
        guideline: str = "",
        positive: Any = None,
        problem: str = AUTO,
    ) -> None:
        self.strategy = strategy
        self.features = features
        self.classifier = classifier
        self.random_state = random_state
        self.labels = labels
        self.guideline = guideline
        self.positive = positive
        self.problem = problem

    def fit(self, X: Any, y: Sequence[Any] | Array) -> "ActiveLearner":
        """Learn from the labeled of all items, and from the others.

        X: list of str, array or sparse (items, features), or DataFrame; y: (items,), None or NaN where
        unlabeled, all None is fine; sets, tuples or lists of labels where items have any number of them. Where all are
        whole numbers and none is None, -1 means unlabeled, as scikit-learn's semi-supervised estimators have it
        (numbers of "ordinal" are always labels).
        Fitting again on the same X reuses its features.
        Raises InvalidFeatures when X and y don't fit together, UnknownName for an unknown strategy, model or problem,
        or one that does not go with these labels.
        """
        labels = labels_of(y, continuous=self.problem == "ordinal")
        X = plain_of(X)
        items = self._take(X)
        if len(labels) != len(items):
            raise InvalidFeatures(f"{len(items)} items, but {len(labels)} labels")
        self.labeled_ = np.array([not is_missing(label) for label in labels], dtype=bool)
        known = [label for label in labels if not is_missing(label)]
        several = any(is_label_set(label) for label in known)
        chosen = ("multilabel" if several else "classification") if self.problem == AUTO else self.problem
        self._problem: Problem = problems.find(chosen)
        self._check_names()
        self.model_, self._learned, self._pool_proba = None, None, None
        self.classes_ = as_indicator(known)[0] if several else np.unique(np.array(known))
        self._places = np.flatnonzero(self.labeled_)
        self._targets: Targets = self._problem.encode([_plain(label) for label in known])
        if self._problem.why_not(self._targets) is None:
            self._items, self._learned = self._best()
            self.model_ = self._learned.model
            self._pool_proba = self._in_order(loop.predict(self._pool(), self._problem, self._learned))
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
        rng = np.random.default_rng(self.random_state)
        if self._learned is None:
            return self._first(unlabeled, n, rng)
        name = self._problem.strategy(self.strategy)
        wanted = str(_plain(self.positive)) if POSITIVE in get_strategy(name).wants else None
        wishes = loop.Wishes(strategy=name, n=n, batch=n, positive=wanted)
        assert self._pool_proba is not None
        proba = self._pool_proba[:, self._columns(back=True)]
        about = (self._pool(), self._problem, self._learned, proba, unlabeled, self._places, self._targets)
        return loop.select(*about, wishes, rng).positions

    def predict_proba(self, X: Any) -> Array:
        """Probabilities (items, classes), in the order of classes_. Raises TooFewLabels without a model.

        Rows sum to 1, but for any number of labels per item: there each probability stands alone.

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
        if self.model_ is None:
            words = self._words
            assert words is not None
            return np.exp(words.prior(items.vectors_of(contents, features)))
        if self.model_.reference_set is None:
            return self._in_order(self._limited(BatchPredictor.of(self.model_).score, features, None, None, None))
        cells = items.pipeline.cells(features)
        views = self.model_.reference_set.views(items.vectors_of(contents, features), features, cells)
        return self._in_order(self._limited(self.model_.estimator.predict_proba, views))

    def predict(self, X: Any) -> Array:
        """The likeliest label of each item (items,); a tuple of labels each where items have any number of them; the
        median of what is likely where they are numbers.

        Raises TooFewLabels without a model.
        """
        self._check_fitted()
        proba = self.predict_proba(X)
        if self.model_ is None:
            return np.asarray(self.classes_[proba.argmax(axis=1)])
        classes = [self.model_.classes[place] for place in self._columns(back=False)]
        settings = self._problem.settings_of(self.model_)
        values = {name: label for name, label in zip(classes, self.classes_.tolist(), strict=True)}
        found = [self._problem.decode(row, classes, settings)["value"] for row in proba]
        if not self._problem.normalized:
            told = [tuple(values[name] for name in one) for one in found]
            return np.fromiter(told, dtype=object, count=len(told))
        return np.array([values.get(one, one) for one in found], dtype=self.classes_.dtype)

    def _first(self, unlabeled: Array, n: int, rng: np.random.Generator) -> Array:
        """What is asked while there is no model: items that cover the pool, or what words say where they are wanted."""
        name = self.strategy if self.strategy != AUTO else "coverage"
        pool = Pool(X=self._items.graph.vectors[unlabeled])
        one = get_strategy(name)
        if POSITIVE in one.wants and self._searched() is not None and self._pool_proba is not None:
            pool = replace(pool, proba=self._pool_proba[unlabeled], positive=self._searched())
        elif one.needs != "none":
            name = "coverage"
        return np.asarray(unlabeled[query(name, pool, n, rng).positions])

    def _searched(self) -> int | None:
        """The column of the label that is searched for; None while it has no example."""
        if self.positive is None:
            return None
        found = np.flatnonzero(self.classes_ == self.positive)
        return int(found[0]) if len(found) else None

    def _take(self, X: Any) -> EncodedPool:
        """Features and map of X: those at hand when X is the same as last time."""
        mark = self._mark_of(X)
        if getattr(self, "_mark", None) != mark:
            wants = frozenset() if self.problem == AUTO else problems.find(self.problem).wants
            self._seen = EncodedPool.of(X, self.features, self.random_state, wants)
            if isinstance(self._seen[0].pipeline, ArrayFeatures):
                self.n_features_in_ = self._seen[0].features.shape[1]
            self._mark = mark
        self._items = self._seen[0]  # what was chosen for other labels does not count
        return self._items

    def _mark_of(self, X: Any) -> tuple[str, Any]:
        """Tells another X or other features from those at hand."""
        return fingerprint(X), self.features if isinstance(self.features, str) else id(self.features)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.allow_nan = tags.input_tags.string = True
        return tags

    def _check_names(self) -> None:
        """Raises UnknownName when strategy or classifier don't exist, or don't go with these labels."""
        families = self._problem.families
        if (
            self.strategy != AUTO
            and (one := get_strategy(self.strategy)).needs == "model"
            and one.problem not in families
        ):
            fitting = ", ".join(name for family in families for name, _ in strategies(family))
            raise UnknownName(f'strategy "{self.strategy}" does not go with these labels, those that do: {fitting}')
        named = isinstance(self.classifier, str) and self.classifier != AUTO
        if named and get_model(self.classifier).problem not in families:
            fitting = ", ".join(name for family in families for name, _ in models(family))
            raise UnknownName(f'model "{self.classifier}" does not go with these labels, those that do: {fitting}')

    def _spec(self) -> loop.ModelSpec | None:
        is_pooled = isinstance(self.classifier, str) and self.classifier == AUTO
        return None if is_pooled else loop.ModelSpec(self.classifier)

    def _best(self) -> tuple[EncodedPool, loop.Learned]:
        """A model of the items as each encoder has them; that which said best what it had not seen."""
        seen = self._seen if self._spec() is None else self._seen[:1]
        about, spec = (self._problem, self._places, self._targets), self._spec()
        found = [(one, loop.fit(self._pool(one), *about, spec=spec, seed=self.random_state)) for one in seen]
        return max(found, key=lambda one: one[1].evidence)

    def _pool(self, items: EncodedPool | None = None) -> EncodedPool:
        return replace(items or self._items, descriptions=self._described())

    def _described(self) -> dict[str, list[str]] | None:
        if self._items.encoder is None or self.labels is None:
            return None
        given = dict(self.labels) if isinstance(self.labels, Mapping) else dict.fromkeys(self.labels, "")
        names = [str(name) for name in given]
        descriptions = {str(name): str(text or "") for name, text in given.items()}
        return dict(zip(names, texts_of(names, descriptions, self.guideline), strict=True))

    def _guess(self) -> tuple[Array, Array] | None:
        """Labels and probabilities by what was written about the labels alone."""
        described = self._described() if self._problem.name == "classification" else None
        self._words = None if not described or len(described) < 2 else self._pool().unlabeled.words(sorted(described))
        if self._words is None or self.labels is None:
            return None
        return np.array(sorted(self.labels, key=str)), np.exp(self._words.prior(self._items.graph.vectors))

    def _columns(self, back: bool) -> list[int]:
        """The model's column of each of classes_, which sorts by value and not by name; `back`: the other way round."""
        assert self.model_ is not None
        ours = [str(_plain(label)) for label in self.classes_]
        theirs = list(self.model_.classes)
        return [ours.index(name) for name in theirs] if back else [theirs.index(name) for name in ours]

    def _in_order(self, proba: Array) -> Array:
        return np.asarray(proba[:, self._columns(back=False)])

    def _limited(self, function: Any, *arguments: Any) -> Any:
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):
            return function(*arguments)

    def _check_fitted(self) -> None:
        if not hasattr(self, "labeled_"):
            raise NotFittedError("call fit first; labels may all be None")


def _plain(label: Any) -> Any:
    """A label as problems take it: NumPy's numbers as Python's, whole ones as such; sets as lists of texts."""
    if is_label_set(label):
        return [str(_plain(one)) for one in label]
    if isinstance(label, np.generic):
        label = label.item()
    return int(label) if isinstance(label, float) and label.is_integer() else label
