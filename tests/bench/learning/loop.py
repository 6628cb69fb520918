"""The simulated labeling: a few items, their true labels, a model, its accuracy on the test items, again."""

import time
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pace
from choosers import CHOOSERS, OURS, Round
from contenders import CONTENDERS
from seen import Seen
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from labeler.learning.semi_supervised.label_spreading import graph_of, unit

Array = np.ndarray[Any, Any]
Figures = dict[str, Any]

FIRST_ALONE = 10
"""Labels at random before strategies choose: fewer hold one class only too often."""

MARK = 0.95
LATEST = 1_500
"""Labels at which a learner that is still below the mark is given up."""


def full_score(seen: Seen) -> float:
    """What all labels of the pool give: a linear SVM on TF-IDF and sentence vectors, or on a table's columns."""
    return _accuracy(LinearSVC().fit(seen.pool.both, seen.task.y).predict(seen.test.both), seen)


def full_score_alone(seen: Seen) -> float:
    """What all labels of the pool give the classifier that strategies are compared with."""
    with threadpool_limits(1):
        return _accuracy(_classifier().fit(seen.pool.plain, seen.task.y).predict(seen.test.plain), seen)


def whole(name: str, seen: Seen, seed: int, budget: int) -> Figures:
    """A learner as it comes. labels, scores, seconds: one a model; seconds: choose and learn, without the test.

    complete: labels until every label of the pool was seen once, None when some never was; late: labels and scores of
    the models beyond the budget, as `_marks` gives them.
    """
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        contender = CONTENDERS[name](seen, seed)
        labeled = np.empty(0, dtype=np.int64)
        labels, scores, seconds = [], [], []
        for after in _marks(seen, scores, budget, MARK * full_score(seen)):
            began = time.perf_counter()
            labeled = _with(labeled, contender.choose(labeled, after - len(labeled)), after)
            contender.learn(labeled)
            seconds.append(round(time.perf_counter() - began, 4))
            labels.append(len(labeled))
            scores.append(_accuracy(contender.answers(), seen))
    return {**_figures(labels, scores, seconds, budget), "complete": _complete(seen.task.y, labeled)}


def _marks(seen: Seen, scores: list[float], budget: int, mark: float) -> Iterator[int]:
    """Numbers of labels at which to make a model: up to the budget, and on until one is at the mark or LATEST labels
    are given. scores: of the models so far, which the caller appends to."""
    for after in pace.marks(min(LATEST, len(seen.task.y) - 1)):
        if after > budget and max(scores) >= mark:
            return
        yield after


def _figures(labels: list[int], scores: list[float], seconds: list[float], budget: int) -> Figures:
    within = sum(after <= budget for after in labels)
    return {
        "labels": labels[:within],
        "scores": scores[:within],
        "seconds": seconds[:within],
        "late": {"labels": labels[within:], "scores": scores[within:]},
    }


def _complete(y: Array, labeled: Array) -> int | None:
    first = [np.flatnonzero(y[labeled] == label)[:1] for label in np.unique(y)]
    return int(max(place[0] for place in first)) + 1 if all(len(place) for place in first) else None


def alone(name: str, seen: Seen, seed: int, budget: int) -> Figures:
    """A strategy with the features, classifier and first labels that all others have. seconds: choose only.

    late: labels and scores of the models beyond the budget, as `_marks` gives them.
    """
    rng = np.random.default_rng(seed)
    X = seen.pool.plain
    codes = np.unique(seen.task.y, return_inverse=True)[1]
    neighbors = graph_of(unit(X)).affinity() if name.startswith(OURS) else None
    labeled, model = np.empty(0, dtype=np.int64), None
    labels, scores, seconds = [], [], []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for after in _marks(seen, scores, budget, MARK * full_score_alone(seen)):
            if after < FIRST_ALONE:
                continue
            unlabeled, n = np.setdiff1d(np.arange(len(X)), labeled), after - len(labeled)
            if model is None:
                chosen = rng.choice(unlabeled, n, replace=False)
            else:
                now = Round(X, labeled, unlabeled, codes[labeled], int(codes.max()) + 1, model, neighbors, rng)
                began = time.perf_counter()
                chosen = CHOOSERS[name](now, n)
                seconds.append(round(time.perf_counter() - began, 4))
            labeled = _with(labeled, chosen, after)
            y = codes[labeled]
            model = _classifier().fit(X[labeled], y) if len(set(y)) > 1 else None
            answers = model.predict(seen.test.plain) if model else np.full(len(seen.task.y_test), y[0])
            labels.append(after)
            scores.append(_accuracy(np.unique(seen.task.y)[answers], seen))
    return _figures(labels, scores, seconds, budget)


def _classifier() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=2000)


def _with(labeled: Array, chosen: Array, after: int) -> Array:
    """Both together, `after` in all. A contender that asks for another number of items, or for one again, is broken."""
    both = np.concatenate([labeled, np.asarray(chosen, dtype=np.int64)])
    if len(both) != after or len(np.unique(both)) != after:
        raise ValueError(f"{len(chosen)} items chosen, {len(np.unique(both)) - len(labeled)} of them new")
    return both


def _accuracy(answers: Array, seen: Seen) -> float:
    return round(float(np.mean(np.asarray(answers).astype(str) == seen.task.y_test)), 5)
