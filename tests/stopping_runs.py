"""Active learning on data with known answers, to see when `advise` says stop: margin selection, a linear SVM."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.svm import LinearSVC

from labeler.learning.evaluation.learning_curve import Point
from labeler.learning.evaluation.stopping import Round, advise, stabilized

Array = np.ndarray[Any, Any]
BATCH = 25
CLOSE = 0.99


class Stop(NamedTuple):
    """labels: when told to stop; first: the first labels with 99 % of the final score; share: of the final score."""

    labels: int
    first: int
    share: float

    @property
    def ratio(self) -> float:
        return self.labels / self.first


def stop_of(X: Any, y: Array, X_test: Any, y_test: Array, seed: int, most: int = 5000) -> Stop:
    """One run until it was told to stop and has had its first good model; the final score is that of all labels.

    A fifth of the items is the holdout, never trained on; of it, one item is labeled for every four others.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    held, pool = order[: len(y) // 5], order[len(y) // 5 :]
    wanted = CLOSE * LinearSVC(random_state=seed).fit(X[pool], y[pool]).score(X_test, y_test)
    chosen, rest = list(pool[:BATCH]), pool[BATCH:]
    rounds: list[Round] = []
    points: list[Point] = []
    told = first = share = None
    while told is None or first is None:
        if len(set(y[chosen])) > 1:
            model = LinearSVC(random_state=seed).fit(X[chosen], y[chosen])
            score = model.score(X_test, y_test)
            said = model.predict(X[held])
            rounds.append(Round(len(chosen), said))
            n = min(len(held), max(10, len(chosen) // 4))
            points.append(Point(len(chosen), float(np.mean(said[:n] == y[held[:n]])), n))
            first = len(chosen) if first is None and score >= wanted else first
            last = len(chosen) >= most or len(rest) < BATCH
            if told is None and (last or advise(stabilized([], []), rounds, points)["advice"] == "stop"):
                told, share = len(chosen), score / wanted * CLOSE
            first = len(chosen) if first is None and last else first
            margins = model.decision_function(X[rest])
            if margins.ndim > 1:
                top = np.partition(margins, -2, axis=1)[:, -2:]
                margins = top[:, 1] - top[:, 0]
            rest = rest[np.argsort(np.abs(margins), kind="stable")]
        chosen, rest = [*chosen, *rest[:BATCH]], rest[BATCH:]
    assert share is not None
    return Stop(told, first, float(share))
