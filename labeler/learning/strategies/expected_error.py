"""Expected error reduction: what would the pool look like with this item labeled?"""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import looked_at, shortlisted
from labeler.learning.strategies.geometry import squared_lengths
from labeler.learning.strategies.labeled import features_of, label_columns, labeled_features_of, some_of
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy
from labeler.learning.strategies.ridge import RIDGE, kernel, one_hot, probabilities

CANDIDATES = 100
SAMPLE = 500
LABELED = 1_000
LIKELY = 5


@strategy("expected_error")
def expected_error(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose label, whatever it is, would leave the fewest errors to expect in the pool.

    Only the 100 smallest margins are tried, on 500 items drawn at random, with the five likeliest labels of
    each, weighted by their probability. Instead of training again, a ridge classifier of at most 1,000 labels
    is updated in closed form. The others follow by margin.
    pool.proba: float (items, classes); pool.X, pool.X_labeled: sparse or dense (items, features);
    pool.y_labeled: (labels,).
    Returns n distinct positions and the share of the sample expected to be right, highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba or labeled items,
    InvalidPool without X or when labels and columns of proba don't fit together.
    Source: Roy and McCallum 2001, "Toward Optimal Active Learning through Sampling Estimation of Error
    Reduction".
    """
    from threadpoolctl import threadpool_limits

    X = features_of("expected_error", pool)
    assert pool.proba is not None
    labeled = labeled_features_of("expected_error", pool)
    codes = label_columns("expected_error", pool)
    taught = some_of(len(codes), LABELED, rng)
    close = closeness(pool.proba)
    tried = shortlisted(X, close, CANDIDATES, CANDIDATES)[:CANDIDATES]
    sample = some_of(len(pool), SAMPLE, rng)
    targets = one_hot(codes[taught], pool.proba.shape[1])
    with threadpool_limits(1):
        now, change, own = _ridge(X[sample], X[tried], labeled[taught], targets)
        right = [
            _expected_right(now, change[:, place], own[place], pool.proba[item]) for place, item in enumerate(tried)
        ]
    return looked_at(tried, np.array(right), close, n)


def _ridge(X: Any, X_tried: Any, X_labeled: Any, targets: Array) -> tuple[Array, Array, Array]:
    """Decisions now, and how one more label would move them.

    Returns decisions on the sample (sample, classes), how far each follows the surprise of a label on each
    candidate (sample, tried), and decisions on the candidates (tried, classes). With the label, decisions on
    the sample are exactly `now + change * (its one-hot row - own)`.
    """
    scale = max(float(squared_lengths(X_labeled).mean()), 1e-12)
    inner = kernel(X_labeled, X_labeled, scale) + RIDGE * np.eye(len(targets))
    to_sample, to_tried = kernel(X_labeled, X, scale), kernel(X_labeled, X_tried, scale)
    solved = np.linalg.solve(inner, np.hstack([targets, to_tried]))
    weights, solved = solved[:, : targets.shape[1]], solved[:, targets.shape[1] :]
    left = squared_lengths(X_tried) / scale + 1.0 - (to_tried * solved).sum(axis=0)
    change = (kernel(X, X_tried, scale) - to_sample.T @ solved) / (RIDGE + np.maximum(left, 0.0))
    return to_sample.T @ weights, change, to_tried.T @ weights


def _expected_right(now: Array, change: Array, own: Array, proba: Array) -> float:
    """The mean highest probability in the sample, expected over the candidate's likely labels."""
    likely = np.argsort(-proba, kind="stable")[:LIKELY]
    surprise = one_hot(likely, len(proba)) - own
    after = now[None, :, :] + change[None, :, None] * surprise[:, None, :]
    right = probabilities(after).max(axis=2).mean(axis=1)
    return float(right @ proba[likely] / proba[likely].sum())
