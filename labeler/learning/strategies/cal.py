"""Contrastive active learning: like a labeled item, but judged differently."""

from typing import Any

import numpy as np
from numpy.random import Generator

from labeler.learning.errors import NeedsModel
from labeler.learning.numeric.types import Array
from labeler.learning.strategies.batches import looked_at
from labeler.learning.strategies.geometry import dense_rows, squared_distances, stacked
from labeler.learning.strategies.labeled import features_of, labeled_features_of, some_of
from labeler.learning.strategies.margin import closeness
from labeler.learning.strategies.registry import CLASSIFIER, Pool, Ranking, strategy

NEIGHBORS = 10
LABELED = 1_000
SAMPLE = 10_000
CHUNK = 2_000


@strategy("cal", wants={CLASSIFIER})
def cal(pool: Pool, n: int, rng: Generator) -> Ranking:
    """Items whose probabilities differ most from those of the labeled items nearest to them.

    The mean divergence of ten labeled neighbors' probabilities from the item's, for at most 10,000 items
    drawn at random and 1,000 labeled ones; the others follow by margin.
    pool.proba: float (items, classes); pool.X, pool.X_labeled: sparse or dense (items, features);
    pool.estimator: fitted, with predict_proba.
    Returns n distinct positions and 1 - exp(-divergence), highest first.
    Raises TooFewItems when the pool holds fewer than n, NeedsModel without proba, estimator or labeled items,
    InvalidPool without X.
    Source: Margatina et al. 2021, "Active Learning by Acquiring Contrastive Examples".
    """
    from threadpoolctl import threadpool_limits

    X = features_of("cal", pool)
    assert pool.proba is not None
    if pool.estimator is None:
        raise NeedsModel('strategy "cal" needs the estimator, for the probabilities of the labeled items')
    labeled = labeled_features_of("cal", pool)
    labeled = labeled[some_of(labeled.shape[0], LABELED, rng)]
    looked = some_of(len(pool), SAMPLE, rng)
    with threadpool_limits(1):
        judged = np.asarray(pool.estimator.predict_proba(labeled), dtype=np.float64)
        divergence = _divergence(X[looked], labeled, pool.proba[looked], judged, rng)
    return looked_at(looked, -np.expm1(-divergence), closeness(pool.proba), n)


def _divergence(X: Any, X_labeled: Any, proba: Array, judged: Array, rng: Generator) -> Array:
    """Mean KL(neighbor's probabilities, item's) over each item's nearest labeled ones: (items,), 0 or more."""
    rows = dense_rows(stacked(X, X_labeled), rng)
    rows, labeled = rows[: len(proba)], rows[len(proba) :]
    near = min(NEIGHBORS, len(labeled))
    logs = np.log(np.maximum(judged, 1e-12))
    within = (judged * logs).sum(axis=1)
    found = np.empty(len(proba))
    for start in range(0, len(proba), CHUNK):
        part = slice(start, start + CHUNK)
        nearest = np.argpartition(squared_distances(rows[part], labeled), near - 1, axis=1)[:, :near]
        across = (judged[nearest].mean(axis=1) * np.log(np.maximum(proba[part], 1e-12))).sum(axis=1)
        found[part] = within[nearest].mean(axis=1) - across
    return np.maximum(found, 0.0)
