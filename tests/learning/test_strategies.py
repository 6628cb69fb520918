import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, vstack

from labeler.learning.errors import InvalidPool, NeedsModel, PoolTooLarge, TooFewItems, UnknownName
from labeler.learning.strategies import Pool, Ranking, get_strategy, query, rank, strategies

NAMES = [name for name, _ in strategies()]
MODEL_NAMES = [name for name in NAMES if get_strategy(name).needs == "model"]
BATCH_NAMES = ["coverage", *(name for name in NAMES if get_strategy(name).batch)]


class Judge:
    """As much of a fitted classifier as strategies ask for: the same rows give the same probabilities."""

    def __init__(self, classes):
        self.classes_ = np.array(list("abcdefgh")[:classes])

    def predict_proba(self, X):
        logits = np.asarray(X[:, : len(self.classes_)].todense() if hasattr(X, "indptr") else X)
        logits = np.resize(logits, (X.shape[0], len(self.classes_)))
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def pool(items, classes=3, seed=0, sparse=True, width=40):
    rng = np.random.default_rng(seed)
    X = rng.random((items + 2, width)) * (rng.random((items + 2, width)) < 0.3)
    X[:, 0] += 0.01
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    X = csr_matrix(X.astype(np.float32)) if sparse else X.astype(np.float32)
    return Pool(
        X=X[:items],
        proba=rng.dirichlet(np.ones(classes), items),
        estimator=Judge(classes),
        X_labeled=X[items:],
        y_labeled=np.array(["a", "b"]),
    )


@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(items=st.integers(1, 60), share=st.floats(0, 1), classes=st.integers(2, 5), seed=st.integers(0, 99))
def test_a_strategy_returns_n_distinct_positions_with_falling_scores(name, sparse, items, share, classes, seed):
    n = max(1, int(items * share))
    candidates = pool(items, classes, seed, sparse)
    ranking = query(name, candidates, n, np.random.default_rng(seed))
    assert len(ranking) == n
    assert len(set(ranking.positions.tolist())) == n
    assert set(ranking.positions.tolist()) <= set(range(items))
    assert (ranking.scores >= 0).all() and (ranking.scores <= 1).all()
    assert (np.diff(ranking.scores) <= 0).all()
    again = query(name, candidates, n, np.random.default_rng(seed))
    assert np.array_equal(again.positions, ranking.positions)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None)
@given(items=st.integers(1, 80), n=st.integers(1, 100), batch=st.integers(1, 12), seed=st.integers(0, 99))
def test_a_long_ranking_holds_each_item_once(name, items, n, batch, seed):
    ranking = rank(name, pool(items, seed=seed), n, batch, np.random.default_rng(seed))
    assert len(ranking) == min(n, items)
    assert len(set(ranking.positions.tolist())) == len(ranking)
    assert (np.diff(ranking.scores) <= 0).all()
    again = rank(name, pool(items, seed=seed), n, batch, np.random.default_rng(seed))
    assert np.array_equal(again.positions, ranking.positions)


def test_a_long_ranking_begins_with_the_strategys_own_batch():
    candidates = pool(400)
    first = query("margin_kmeans", candidates, 10, np.random.default_rng(1)).positions
    nearest = set(query("margin", candidates, 10 * 17, np.random.default_rng(1)).positions.tolist())
    ranked = rank("margin_kmeans", candidates, 200, 10, np.random.default_rng(1)).positions
    assert set(ranked[:80].tolist()) <= nearest
    assert len(first) == 10


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_pool_gives_an_empty_ranking(name):
    assert len(rank(name, pool(5).take(np.arange(0)), 10, 5, np.random.default_rng(0))) == 0


def same_content(n, different):
    base = pool(different)
    return Pool(
        X=vstack([base.X] + [base.X[:1]] * (n - different)).tocsr(),
        proba=np.full((n, 3), 1 / 3),
        estimator=base.estimator,
        X_labeled=base.X_labeled,
        y_labeled=base.y_labeled,
    )


@pytest.mark.parametrize("name", BATCH_NAMES)
def test_duplicates_are_never_chosen_together_while_there_are_others(name):
    duplicates = same_content(120, different=12)
    chosen = query(name, duplicates, 12, np.random.default_rng(0)).positions
    assert len({duplicates.X[position].toarray().tobytes() for position in chosen}) == 12


@pytest.mark.parametrize("name", NAMES)
def test_identical_items_are_still_ranked(name):
    assert len(query(name, same_content(40, different=1), 10, np.random.default_rng(0))) == 10


@pytest.mark.parametrize("name", NAMES)
def test_more_items_than_the_pool_holds_are_refused(name):
    with pytest.raises(TooFewItems, match="11 items asked for, the pool holds 10"):
        query(name, pool(10), 11, np.random.default_rng(0))
    with pytest.raises(TooFewItems):
        query(name, pool(10), 0, np.random.default_rng(0))


@pytest.mark.parametrize("name", MODEL_NAMES)
def test_a_strategy_that_needs_a_model_says_so(name):
    with pytest.raises(NeedsModel, match=name):
        query(name, Pool(X=pool(10).X), 2, np.random.default_rng(0))


@pytest.mark.parametrize("name", MODEL_NAMES)
@pytest.mark.parametrize(
    "proba",
    [
        np.full((10, 3), np.nan),
        np.full((10, 3), 0.9),
        np.ones((10, 1)),
        np.ones(10),
        np.tile([1.5, -0.5], (10, 1)),
    ],
)
def test_what_are_no_probabilities_is_refused(name, proba):
    with pytest.raises(InvalidPool):
        query(name, Pool(X=pool(10).X, proba=proba, X_labeled=pool(10).X_labeled), 2, np.random.default_rng(0))


@pytest.mark.parametrize("name", NAMES)
def test_features_with_nan_or_infinity_are_refused(name):
    good = pool(10, sparse=False)
    for bad in (np.nan, np.inf):
        X = good.X.copy()
        X[3, 3] = bad
        with pytest.raises(InvalidPool):
            query(name, Pool(X=X, proba=good.proba, X_labeled=good.X_labeled), 2, np.random.default_rng(0))


def test_features_and_probabilities_that_do_not_fit_are_refused():
    with pytest.raises(InvalidPool, match="9 rows of features, but 10"):
        query("margin", Pool(X=pool(9).X, proba=pool(10).proba), 2, np.random.default_rng(0))


def test_an_unknown_strategy_is_refused_with_those_that_exist():
    with pytest.raises(UnknownName, match="margin_kmeans"):
        get_strategy("oracle")


def test_what_does_not_scale_is_refused_before_it_starts():
    with pytest.raises(PoolTooLarge, match="handles 5000 items, the pool holds 5001"):
        query("modal_information_density", Pool(proba=np.full((5001, 2), 0.5)), 5, np.random.default_rng(0))
    with pytest.raises(InvalidPool, match="100 items at once"):
        query("modal_ranked_batch", pool(300), 101, np.random.default_rng(0))


def test_ranked_batch_without_labels_says_so():
    with pytest.raises(NeedsModel, match="labeled"):
        query("modal_ranked_batch", Pool(X=pool(10).X, proba=pool(10).proba), 2, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("margin", "modal_margin"), ("entropy", "modal_entropy"), ("least_confident", "modal_uncertainty")],
)
def test_modals_rankings_are_our_own(ours, theirs):
    candidates = pool(100)
    first = query(ours, candidates, 30, np.random.default_rng(0)).positions
    assert np.array_equal(first, query(theirs, candidates, 30, np.random.default_rng(0)).positions)


def test_ties_do_not_follow_the_order_of_import():
    assert not np.array_equal(Ranking.of(np.ones(1000), 10).positions, np.arange(10))


def test_coverage_finds_every_far_away_group_first():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(10), 30)
    X = (np.eye(10)[groups] + 0.02 * rng.random((300, 10))).astype(np.float32)
    chosen = query("coverage", Pool(X=X), 10, np.random.default_rng(0)).positions
    assert set(groups[chosen]) == set(range(10))


def test_margin_kmeans_takes_one_of_each_group_of_near_duplicates():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(5), 10)
    X = (np.eye(5)[groups] + 0.01 * rng.random((50, 5))).astype(np.float32)
    chosen = query("margin_kmeans", Pool(X=X, proba=np.full((50, 2), 0.5)), 5, np.random.default_rng(0)).positions
    assert set(groups[chosen]) == set(range(5))


def test_strategies_are_listed_without_scikit_learn():
    code = (
        "import sys; from labeler.learning.strategies import strategies; "
        "assert len(strategies()) >= 10 and all(summary for _, summary in strategies()); "
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
