"""Query by committee: items on which models of parts of the labels disagree."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import NeedsModel
from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import looked_at
from labeler.learning.strategies.geometry import squared_lengths
from labeler.learning.strategies.labeled import features_of, labeled_features_of
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import Pool, Ranking, strategy
from labeler.learning.strategies.ridge import RIDGE, kernel, one_hot, probabilities

MEMBERS = 8
DRAWN = 500
LOOKED_AT = 10_000


@strategy("qbc")
def qbc(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items on which a committee of eight, each trained on another draw of the labels, disagrees most.

    Members are ridge classifiers on bootstrap draws of at most 500 labels, whatever the estimator: in closed
    form eight of them are affordable. The mean of vote entropy and of the members' divergence from their
    consensus, each as a share of the highest possible, for the 10,000 smallest margins; the others follow by
    margin.
    pool.X, pool.X_labeled: sparse or dense (items, features); pool.y_labeled: (labels,), two classes or more.
    Returns n distinct positions and their scores in [0, 1], highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba or labels of two classes,
    InvalidPool without X.
    Source: Seung, Opper and Sompolinsky 1992, "Query by Committee"; Abe and Mamitsuka 1998, "Query Learning
    Strategies Using Boosting and Bagging"; McCallum and Nigam 1998, "Employing EM and Pool-Based Active
    Learning for Text Classification" (divergence from the consensus).
    """
    from threadpoolctl import threadpool_limits

    X = features_of("qbc", pool)
    assert pool.proba is not None
    labeled = labeled_features_of("qbc", pool)
    names, codes = np.unique(np.asarray([] if pool.y_labeled is None else pool.y_labeled), return_inverse=True)
    if len(names) < 2:
        raise NeedsModel('strategy "qbc" needs labels of two classes')
    close = closeness(pool.proba)
    looked = np.sort(Ranking.of(close, min(len(pool), LOOKED_AT)).positions)
    with threadpool_limits(1):
        opinions = _committee(X[looked], labeled, codes, len(names), rng)
    return looked_at(looked, _disagreement(opinions), close, n)


def _committee(X: Any, X_labeled: Any, codes: Array, classes: int, rng: Generator) -> Array:
    """Probabilities by each member: (members, items, classes)."""
    scale = max(float(squared_lengths(X_labeled).mean()), 1e-12)
    opinions = np.empty((MEMBERS, X.shape[0], classes), dtype=np.float32)
    for member in range(MEMBERS):
        drawn = rng.integers(len(codes), size=min(len(codes), DRAWN))
        rows = X_labeled[drawn]
        inner = kernel(rows, rows, scale) + RIDGE * np.eye(len(drawn))
        weights = np.linalg.solve(inner, one_hot(codes[drawn], classes)).astype(np.float32)
        coefficients = np.asarray(rows.T @ weights) / np.float32(scale)
        opinions[member] = probabilities(np.asarray(X @ coefficients) + weights.sum(axis=0))
    return opinions


def _disagreement(opinions: Array) -> Array:
    """(items,) in [0, 1]."""
    members, _, classes = opinions.shape
    votes = np.stack([(opinions.argmax(axis=2) == one).mean(axis=0) for one in range(classes)], axis=1)
    inside = np.mean([_entropy(opinion) for opinion in opinions], axis=0)
    divergence = _entropy(opinions.mean(axis=0)) - inside
    return np.asarray((_entropy(votes) + divergence) / (2 * np.log(min(members, classes))))


def _entropy(proba: Array) -> Array:
    return np.asarray(-(proba * np.log(np.maximum(proba, 1e-12))).sum(axis=1))
