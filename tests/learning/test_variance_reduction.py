"""Ratings are asked where they make the others surer."""

import time

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from labeler.learning import ActiveLearner, loop
from labeler.learning.errors import InvalidPool, NeedsModel, TooFewItems
from labeler.learning.strategies import Pool, query
from labeler.learning.strategies.variance_reduction import LOOKED_AT, NOISE


def rows(n, columns, seed=0):
    made = np.random.default_rng(seed).standard_normal((n, columns))
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def even(n):
    return np.full((n, 3), 1 / 3)


def asked(pool, n, seed=0):
    return query("variance_reduction", pool, n, np.random.default_rng(seed)).positions.tolist()


def test_each_choice_takes_most_off_the_variance_that_is_left():
    X, labeled = rows(40, 5), rows(6, 5, seed=1)
    chosen = asked(Pool(X=X, proba=even(40), X_labeled=labeled), 4)

    def left(known):
        inverse = np.linalg.inv(known @ known.T + NOISE * np.eye(len(known)))
        return X @ X.T - X @ known.T @ inverse @ known @ X.T

    known, expected = labeled, []
    for _ in range(4):
        now = left(known)
        gain = (now**2).sum(axis=0) / (np.diag(now) + NOISE)
        gain[expected] = -1
        expected.append(int(gain.argmax()))
        known = np.vstack([known, X[expected[-1]]])
    assert chosen == expected


def test_what_the_model_reads_beside_the_vectors_counts():
    X, beside = np.full((30, 2), 0.01), csr_matrix(np.eye(30) * np.where(np.arange(30) == 7, 3.0, 0.1))
    assert asked(Pool(X=X, proba=even(30), features=beside), 1) == [7]
    seen = Pool(X=X, proba=even(30), X_labeled=X[[7] * 1000], features=beside, features_labeled=beside[[7] * 1000])
    assert asked(seen, 1) != [7]


def test_a_large_pool_is_ranked_soon_and_always_alike():
    X = rows(100_000, 24).astype(np.float32)
    proba = np.random.default_rng(1).dirichlet(np.ones(4), len(X))
    pool = Pool(X=X, proba=proba, X_labeled=X[:300])
    began = time.perf_counter()
    first = asked(pool, 50)
    assert time.perf_counter() - began < 20  # about two seconds; machines may be busy
    assert first == asked(pool, 50) and len(set(first)) == 50
    many = asked(pool, LOOKED_AT + 10)
    assert len(set(many)) == LOOKED_AT + 10


def test_a_learner_shows_all_that_it_reads(monkeypatch):
    shown = []

    def spy(name, pool, n, batch, rng):
        shown.append(pool)
        return rank(name, pool, n, batch, rng)

    rank = loop.rank
    monkeypatch.setattr(loop, "rank", spy)
    texts = [f"{'long ' * (number % 7)}sentence {number}" for number in range(60)]
    ratings = [float(number % 7) if number < 20 else None for number in range(60)]
    for strategy in ("auto", "predictive_variance"):
        learner = ActiveLearner(problem="ordinal", strategy=strategy).fit(texts, ratings)
        assert len(set(learner.query(5).tolist())) == 5
    asked_for, plain = shown
    if learner._items.encoder is not None:
        assert asked_for.features.shape[0] == 40 and asked_for.features_labeled.shape[0] == 20
    assert plain.features is None and asked_for.take(np.array([0])).X.shape[0] == 1


@pytest.mark.parametrize(
    ("pool", "error"),
    [
        (Pool(proba=even(4)), InvalidPool),
        (Pool(X=np.eye(4)), NeedsModel),
        (Pool(X=np.eye(2), proba=even(2)), TooFewItems),
    ],
)
def test_pools_that_it_can_not_choose_from(pool, error):
    with pytest.raises(error):
        asked(pool, 3)
