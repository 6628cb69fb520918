"""Whole learners: what labels first, what learns, what is asked next. All get the same pool and seed."""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from seen import Seen
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from stacked import Stacked

from labeler.learning import ActiveLearner
from labeler.learning.models import get_model
from labeler.learning.strategies import Pool, query

Array = np.ndarray[Any, Any]


class Contender(Protocol):
    """One run on one set."""

    def choose(self, labeled: Array, n: int) -> Array:
        """Positions in the pool of the next n items. labeled: those that were learned last."""

    def learn(self, labeled: Array) -> None:
        """Learn from the items at these positions."""

    def answers(self) -> Array:
        """Labels of the test items."""


class Ours:
    """ActiveLearner as it comes; only its strategy may differ."""

    def __init__(self, seen: Seen, seed: int, strategy: str = "auto") -> None:
        self._task = seen.task
        self._learner = ActiveLearner(strategy=strategy, random_state=seed)
        self._learner.fit(self._task.pool, [None] * len(self._task.y))

    def choose(self, labeled: Array, n: int) -> Array:
        return np.asarray(self._learner.query(n))

    def learn(self, labeled: Array) -> None:
        known = np.full(len(self._task.y), None, dtype=object)
        known[labeled] = self._task.y[labeled]
        self._learner.fit(self._task.pool, known.tolist())

    def answers(self) -> Array:
        if len(self._learner.classes_) < 2:
            return np.full(len(self._task.y_test), self._learner.classes_[0])
        return np.asarray(self._learner.predict(self._task.test))


class Separate:
    """A classifier and a strategy of one's own choice, put together as one does in a notebook.

    first: how the first batch is chosen; then: (self, unlabeled, n) -> positions.
    """

    def __init__(
        self, seen: Seen, seed: int, rows: str, make: Callable[[], Any], first: str, then: Callable[..., Array]
    ) -> None:
        self.seen, self.task = seen, seen.task
        self.X, self.X_test = getattr(seen.pool, rows), getattr(seen.test, rows)
        self.make, self.first, self.then = make, first, then
        self.rng = np.random.default_rng(seed)
        self.model: Any = None
        self.only: str | None = None

    def choose(self, labeled: Array, n: int) -> Array:
        unlabeled = np.setdiff1d(np.arange(len(self.task.y)), labeled)
        if self.model is None:
            pool = Pool(X=self.seen.directions[unlabeled])
            return unlabeled[query(self.first, pool, n, self.rng).positions]
        return self.then(self, unlabeled, n)

    def learn(self, labeled: Array) -> None:
        y = self.task.y[labeled]
        self.only = str(y[0]) if len(set(y)) == 1 else None
        self.model = None if self.only else self.make().fit(self.X[labeled], y)

    def answers(self) -> Array:
        if self.model is None:
            return np.full(len(self.task.y_test), self.only)
        return np.asarray(self.model.predict(self.X_test))


def _random(self: Separate, unlabeled: Array, n: int) -> Array:
    return self.rng.choice(unlabeled, n, replace=False)


def _margin_kmeans(self: Separate, unlabeled: Array, n: int) -> Array:
    pool = Pool(X=self.seen.directions[unlabeled], proba=self.model.predict_proba(self.X[unlabeled]))
    return unlabeled[query("margin_kmeans", pool, n, self.rng).positions]


def _modal_margin(self: Separate, unlabeled: Array, n: int) -> Array:
    from modAL.models import ActiveLearner as Peer
    from modAL.uncertainty import margin_sampling

    picked, _ = Peer(self.model, query_strategy=margin_sampling).query(self.X[unlabeled], n_instances=n)
    return unlabeled[np.asarray(picked)]


def _regression() -> Any:
    return LogisticRegression(C=10, max_iter=2000)


Start = Callable[[Seen, int], Contender]

OURS = "ActiveLearner()"

CONTENDERS: dict[str, Start] = {
    OURS: Ours,
    "ActiveLearner, random order": lambda seen, seed: Ours(seen, seed, "random"),
    "random order, linear SVM": lambda seen, seed: Separate(seen, seed, "both", LinearSVC, "random", _random),
    "modAL margin, logistic regression": lambda seen, seed: Separate(
        seen, seed, "plain", _regression, "random", _modal_margin
    ),
    "earlier default: SVM, margin k-means": lambda seen, seed: Separate(
        seen, seed, "both", lambda: get_model("linear_svm").make(seed), "coverage", _margin_kmeans
    ),
    "SVM on smoothed rows and spreading": Stacked,
}

ABOUT = {
    OURS: "what this project gives without a setting",
    "ActiveLearner, random order": 'the same features and model; the items come at random (`strategy="random"`)',
    "random order, linear SVM": "scikit-learn's `LinearSVC()` on TF-IDF and sentence vectors (tables: the columns as "
    "here), items at random: no active learning",
    "modAL margin, logistic regression": "what modAL's documentation shows: a random first batch, then "
    "`margin_sampling`; `LogisticRegression(C=10)` on the same sentence vectors (tables: standardized columns)",
    "earlier default: SVM, margin k-means": "the calibrated linear SVM on TF-IDF and sentence vectors, a first batch "
    "by k-means, then `margin_kmeans`",
    "SVM on smoothed rows and spreading": "the best learner of the project's first experiments, rebuilt: that SVM with "
    "graph-smoothed vectors beside, mixed with label spreading by out-of-fold log loss; `margin_kmeans`",
}
