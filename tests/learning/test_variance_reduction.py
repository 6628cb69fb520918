"""Ratings are asked where they make the others surer."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from labeler.learning import ActiveLearner, loop
from labeler.learning.errors import InvalidPool, NeedsModel, TooFewItems
from labeler.learning.strategies import Pool, query, variance_reduction
from labeler.learning.strategies.variance_reduction import NOISE


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


def test_a_large_pool_is_always_ranked_alike():
    X = rows(100_000, 24).astype(np.float32)
    proba = np.random.default_rng(1).dirichlet(np.ones(4), len(X))
    pool = Pool(X=X, proba=proba, X_labeled=X[:300])
    first = asked(pool, 50)
    assert first == asked(pool, 50) and len(set(first)) == 50


def test_many_items_are_those_of_few_and_then_the_least_sure(monkeypatch):
    monkeypatch.setattr(variance_reduction, "CHOSEN", 20)
    X, proba = rows(300, 8), np.random.default_rng(1).dirichlet(np.ones(4), 300)
    pool = Pool(X=X, proba=proba)
    many = asked(pool, 120)
    assert many[:20] == asked(pool, 20) and len(set(many)) == 120
    spread = variance_reduction.spread_of(proba)[many[20:]]
    assert (np.diff(spread) <= 1e-12).all()


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
