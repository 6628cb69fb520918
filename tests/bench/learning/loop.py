"""The simulated labeling: a batch, its true labels, a model, its accuracy on the test items, again."""

import time
import warnings
from typing import Any

import numpy as np
from choosers import CHOOSERS, Round
from contenders import CONTENDERS
from seen import Seen
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from labeler.learning.graph import map_of, unit

Array = np.ndarray[Any, Any]
Figures = dict[str, Any]

BATCH = 25
MARK = 0.95
LATEST = 1_500
"""Labels at which a learner that is still below the mark is given up."""


def full_score(seen: Seen) -> float:
    """What all labels of the pool give: a linear SVM on TF-IDF and sentence vectors, or on a table's columns."""
    return _accuracy(LinearSVC().fit(seen.pool.both, seen.task.y).predict(seen.test.both), seen)


def whole(name: str, seen: Seen, seed: int, budget: int) -> Figures:
    """A learner as it comes. labels, scores, seconds: one a batch; seconds: choose and learn, without the test.

    complete: labels until every label of the pool was seen once, None when some never was; late: labels and scores of
    the models beyond the budget, until one has MARK of the full score or LATEST labels are given.
    """
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        contender = CONTENDERS[name](seen, seed)
        labeled = np.empty(0, dtype=np.int64)
        labels, scores, seconds = [], [], []
        mark, latest = MARK * full_score(seen), min(LATEST, len(seen.task.y) - BATCH)
        while len(labeled) < budget or (max(scores) < mark and len(labeled) < latest):
            began = time.perf_counter()
            labeled = _with(labeled, contender.choose(labeled, BATCH))
            contender.learn(labeled)
            seconds.append(round(time.perf_counter() - began, 4))
            labels.append(len(labeled))
            scores.append(_accuracy(contender.answers(), seen))
    within = budget // BATCH
    return {
        "labels": labels[:within],
        "scores": scores[:within],
        "seconds": seconds[:within],
        "late": {"labels": labels[within:], "scores": scores[within:]},
        "complete": _complete(seen.task.y, labeled),
    }


def _complete(y: Array, labeled: Array) -> int | None:
    first = [np.flatnonzero(y[labeled] == label)[:1] for label in np.unique(y)]
    return int(max(place[0] for place in first)) + 1 if all(len(place) for place in first) else None


def alone(name: str, seen: Seen, seed: int, budget: int) -> Figures:
    """A strategy with the features, classifier and first labels that all others have. seconds: choose only."""
    rng = np.random.default_rng(seed)
    X = seen.pool.plain
    codes = np.unique(seen.task.y, return_inverse=True)[1]
    neighbours = map_of(unit(X)).affinity() if name == "graph_margin" else None
    labeled = np.sort(rng.choice(len(X), BATCH, replace=False))
    labels, scores, seconds = [], [], []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        while True:
            y = codes[labeled]
            model = LogisticRegression(C=10, max_iter=2000).fit(X[labeled], y) if len(set(y)) > 1 else None
            answers = model.predict(seen.test.plain) if model else np.full(len(seen.task.y_test), y[0])
            labels.append(len(labeled))
            scores.append(_accuracy(np.unique(seen.task.y)[answers], seen))
            if len(labeled) >= budget:
                return {"labels": labels, "scores": scores, "seconds": seconds}
            unlabeled = np.setdiff1d(np.arange(len(X)), labeled)
            began = time.perf_counter()
            if model is None:
                chosen = rng.choice(unlabeled, BATCH, replace=False)
            else:
                now = Round(X, labeled, unlabeled, y, int(codes.max()) + 1, model, neighbours, rng)
                chosen = CHOOSERS[name](now, BATCH)
            seconds.append(round(time.perf_counter() - began, 4))
            labeled = _with(labeled, chosen)


def _with(labeled: Array, chosen: Array) -> Array:
    """Both together. A contender that asks for the wrong number of items, or for one again, is broken."""
    both = np.concatenate([labeled, np.asarray(chosen, dtype=np.int64)])
    if len(chosen) != BATCH or len(np.unique(both)) != len(both):
        raise ValueError(f"{len(chosen)} items chosen, {len(np.unique(both)) - len(labeled)} of them new")
    return both


def _accuracy(answers: Array, seen: Seen) -> float:
    return round(float(np.mean(np.asarray(answers).astype(str) == seen.task.y_test)), 5)
