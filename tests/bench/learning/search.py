"""Finding all items of a rare label: what share must be labeled, and whether one is told to stop in time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from seen import Seen
from sklearn.linear_model import LogisticRegression

from labeler.learning import ActiveLearner
from labeler.learning.evaluation.recall import recall_curve, stop_at, wss

Array = np.ndarray[Any, Any]

BATCH = 25
RECALL = 0.95
AT = (0.05, 0.1, 0.2, 0.5)  # shares of the pool labeled

SEARCHES = {"sms": "spam", "trec6": "ABBR", "agnews": "Sports", "digits": "8"}
"""Set: the label searched for."""

Order = Callable[[Seen, Array, int], Array]
"""The set, which items are relevant, the seed: all positions, in the order asked."""


def searched(searcher: str, seen: Seen, seed: int) -> dict[str, Any]:
    """One search through the whole pool; stop_share, stop_recall: labeled and found when told that 95 % are found."""
    relevant = seen.task.y == SEARCHES[seen.task.name]
    order = SEARCHERS[searcher](seen, relevant, seed)
    wanted = np.flatnonzero(relevant)
    curve, n = recall_curve(order, wanted), len(order)
    saved = wss(order, wanted, RECALL)
    stop = next((k for k in range(BATCH, n, BATCH) if stop_at(relevant[order[:k]], n, RECALL)["stop"]), n)
    return {
        "wss": saved,
        "recall": {f"{share:.0%}": float(curve[int(share * n) - 1]) for share in AT},
        "stop_share": stop / n,
        "stop_recall": float(curve[stop - 1]),
        "positives": len(wanted),
        "items": n,
    }


def _ours(seen: Seen, relevant: Array, seed: int) -> Array:
    answers = np.where(relevant, "relevant", "other").astype(object)
    known = np.full(len(relevant), None, dtype=object)
    learner = ActiveLearner(strategy="most_likely_positive", positive="relevant", random_state=seed)
    order: list[int] = []
    while len(order) < len(relevant):
        learner.fit(seen.task.pool, known.tolist())
        asked = learner.query(min(_step(order), len(relevant) - len(order)))
        known[asked] = answers[asked]
        order.extend(asked.tolist())
    return np.array(order)


def _regression(seen: Seen, relevant: Array, seed: int) -> Array:
    """What tools for systematic reviews do: logistic regression, the likeliest first; random until it has both."""
    rng = np.random.default_rng(seed)
    X, order = seen.pool.both, rng.choice(len(relevant), BATCH, replace=False).tolist()
    while len(order) < len(relevant):
        rest = np.setdiff1d(np.arange(len(relevant)), order)
        if len(set(relevant[order])) > 1:
            model = LogisticRegression(C=10, max_iter=1000, class_weight="balanced").fit(X[order], relevant[order])
            rest = rest[np.argsort(-model.predict_proba(X[rest])[:, 1], kind="stable")]
        else:
            rng.shuffle(rest)
        order.extend(rest[: _step(order)].tolist())
    return np.array(order)


def _step(order: list[int]) -> int:
    """Larger batches once a tenth more hardly changes the model."""
    return max(BATCH, len(order) // 10)


SEARCHERS: dict[str, Order] = {
    "ActiveLearner, most likely positive": _ours,
    "logistic regression, likeliest first": _regression,
    "random order": lambda seen, relevant, seed: np.random.default_rng(seed).permutation(len(relevant)),
}
