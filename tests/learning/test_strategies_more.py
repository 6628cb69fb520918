"""What each strategy is for, and what none of them may stumble over."""

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random

from labeler.learning.errors import InvalidPool, LearningError, NeedsModel
from labeler.learning.strategies import Pool, get_strategy, query, rank, strategies
from labeler.learning.strategies.geometry import apart

NAMES = [name for name, _ in strategies()]
BATCH_NAMES = ["coverage", *(name for name in NAMES if get_strategy(name).batch)]
NEEDS_LABELED = ["qbc", "cal", "expected_error", "modal_ranked_batch"]


class Linear:
    """A fitted classifier: softmax of a fixed linear map."""

    def __init__(self, classes, width, seed=0):
        self.classes_ = np.arange(classes)
        self.coef_ = np.random.default_rng(seed).standard_normal((width, classes))

    def predict_proba(self, X):
        decisions = np.asarray(X @ self.coef_, dtype=np.float64)
        odds = np.exp(decisions - decisions.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)


def rng(seed=0):
    return np.random.default_rng(seed)


def pool_of(X, classes=3, labeled=6):
    """A pool with everything a strategy can ask for."""
    X = np.asarray(X, dtype=np.float32)
    estimator = Linear(classes, X.shape[1])
    near = random(len(X), len(X), 0.1, random_state=0, format="csr")
    X_labeled = rng(5).random((labeled, X.shape[1])).astype(np.float32)
    return Pool(
        X=X,
        proba=estimator.predict_proba(X),
        estimator=estimator,
        X_labeled=X_labeled,
        y_labeled=np.arange(labeled) % classes,
        cost=rng(6).random(len(X)) + 0.1,
        neighbors=(near + near.T).tocsr(),
    )


def blobs(groups, each, width=10, spread=0.02, seed=0):
    group = np.repeat(np.arange(groups), each)
    return (np.eye(groups, width)[group] + spread * rng(seed).standard_normal((len(group), width))).astype(
        np.float32
    ), group


def even(items, classes=2):
    return np.full((items, classes), 1 / classes)


# What each is for


def test_graph_margin_passes_over_an_isolated_item_that_is_as_uncertain():
    X, _ = blobs(2, 20, spread=0.3)
    X = np.vstack([X, np.full((1, 10), 9.0)]).astype(np.float32)
    joined = np.kron(np.eye(2), np.ones((20, 20)) - np.eye(20))
    neighbors = csr_matrix(np.pad(joined, (0, 1)))
    candidates = Pool(X=X, proba=even(41), neighbors=neighbors)
    chosen = query("graph_margin", candidates, 10, rng()).positions
    assert 40 not in chosen
    assert 40 in query("graph_margin", replace(candidates, neighbors=None), 10, rng()).positions


def test_graph_margin_prefers_undecided_neighbors_to_decided_ones():
    proba = np.array([[0.5, 0.5]] * 2 + [[0.99, 0.01]] * 3 + [[0.55, 0.45]] * 3)
    edges = np.zeros((8, 8))
    edges[0, 2:5] = edges[2:5, 0] = edges[1, 5:8] = edges[5:8, 1] = 1
    first = query("graph_margin", Pool(rng().random((8, 4)), proba, neighbors=csr_matrix(edges)), 1, rng())
    assert first.positions.tolist() != [0] and first.positions[0] in (1, 5, 6, 7)
    ranking = query("graph_margin", Pool(rng().random((8, 4)), proba, neighbors=csr_matrix(edges)), 8, rng())
    place = {item: at for at, item in enumerate(ranking.positions.tolist())}
    assert place[1] < place[0]


def test_graph_margin_scores_are_the_uncertainty_times_the_root_of_its_mass():
    proba = np.array([[0.6, 0.4], [0.8, 0.2], [0.5, 0.5], [0.9, 0.1]])
    edges = np.array([[0, 1, 0, 0], [1, 0, 0.5, 0], [0, 0.5, 0, 0], [0, 0, 0, 0]])
    u = np.array([0.8, 0.4, 1.0, 0.2])
    once = edges @ u
    mass = once + 0.5 * edges @ once
    expected = u * np.sqrt(mass / mass.max())
    ranking = query("graph_margin", Pool(np.eye(4), proba, neighbors=csr_matrix(edges)), 4, rng())
    assert np.allclose(ranking.scores, expected[ranking.positions])


def test_graph_margin_without_neighbors_is_margin_k_means():
    candidates = replace(pool_of(rng().random((300, 20))), neighbors=None)
    ours = query("graph_margin", candidates, 15, rng(3))
    theirs = query("margin_kmeans", candidates, 15, rng(3))
    assert np.array_equal(ours.positions, theirs.positions) and np.array_equal(ours.scores, theirs.scores)


def test_graph_margin_balanced_weighs_by_the_root_of_the_examples_of_the_label_to_expect():
    proba = np.array([[0.6, 0.4], [0.4, 0.6], [0.2, 0.8], [0.9, 0.1]])
    edges = csr_matrix(np.array([[0, 1, 0, 0], [1, 0, 0.5, 0], [0, 0.5, 0, 0], [0, 0, 0, 0]]))
    candidates = Pool(np.eye(4), proba, y_labeled=["a"] * 15 + ["b"] * 3, neighbors=edges)
    plain = query("graph_margin", candidates, 4, rng())
    unweighed = dict(zip(plain.positions.tolist(), plain.scores, strict=True))
    ranked = query("graph_margin_balanced", candidates, 4, rng())
    for place, score in zip(ranked.positions, ranked.scores, strict=True):
        assert np.isclose(score, unweighed[int(place)] * (proba[place] @ [0.5, 1.0]))
    assert ranked.positions.tolist().index(1) < ranked.positions.tolist().index(0)
    even_labels = replace(candidates, y_labeled=["a", "b"])
    assert query("graph_margin_balanced", even_labels, 4, rng()).positions.tolist() == plain.positions.tolist()


def test_a_part_of_the_pool_keeps_the_costs_and_the_neighbors_of_its_items():
    candidates = pool_of(rng().random((30, 5)))
    part = candidates.take(np.array([7, 3, 20]))
    assert np.array_equal(part.cost, candidates.cost[[7, 3, 20]])
    assert np.array_equal(part.neighbors.toarray(), candidates.neighbors.toarray()[np.ix_([7, 3, 20], [7, 3, 20])])


def test_a_long_ranking_by_graph_margin_sees_the_neighbors_beyond_the_smallest_margins():
    items = 3_000
    proba = np.full((items, 2), [0.55, 0.45])
    proba[:500] = 0.5
    hub = csr_matrix((np.ones(2_500), (np.zeros(2_500, int), np.arange(500, items))), shape=(items, items))
    candidates = Pool(rng().random((items, 8)).astype(np.float32), proba, neighbors=(hub + hub.T).tocsr())
    first = rank("graph_margin", candidates, 100, 10, rng()).positions[:10]
    assert all(item == 0 or item >= 500 for item in first)


@pytest.mark.parametrize("sparse", [True, False])
def test_badge_takes_one_of_each_direction(sparse):
    X, group = blobs(8, 20, width=600 if sparse else 10, spread=0.005)
    candidates = Pool(X=csr_matrix(X) if sparse else X, proba=even(160))
    for seed in range(5):
        assert set(group[query("badge", candidates, 8, rng(seed)).positions]) == set(range(8))


def test_badge_takes_at_most_one_of_the_items_without_a_gradient():
    X, group = blobs(4, 20, spread=0.2)
    proba = np.where((group < 2)[:, None], [0.5, 0.5], [0.999, 0.001])
    for seed in range(10):
        chosen = query("badge", Pool(X=X, proba=proba), 6, rng(seed)).positions
        assert (group[chosen] >= 2).sum() <= 1


def test_cluster_margin_takes_one_of_each_cluster_however_large():
    X, group = blobs(5, 30)
    keep = (group != 4) | (np.arange(150) % 10 == 0)
    chosen = query("cluster_margin", Pool(X=X[keep], proba=even(keep.sum())), 5, rng()).positions
    assert set(group[keep][chosen]) == set(range(5))


def test_cluster_margin_goes_through_small_clusters_first_when_there_are_too_few_clusters():
    from labeler.learning.strategies.cluster_margin import _in_turn

    cluster = np.array([0] * 5 + [1] * 2 + [2])
    assert cluster[_in_turn(cluster, rng())].tolist() == [2, 1, 0, 1, 0, 0, 0, 0]


def test_density_weighted_prefers_the_crowd_to_an_outlier_that_is_as_uncertain():
    X, _ = blobs(1, 50, spread=0.1)
    X = np.vstack([X, np.eye(10)[9:]])
    ranking = query("density_weighted", Pool(X=X, proba=even(51)), 51, rng())
    assert ranking.positions[-1] == 50


@pytest.mark.parametrize("sparse", [True, False])
def test_density_weighted_is_information_density(sparse):
    X = rng().random((40, 12)) * np.arange(1, 41)[:, None]
    X[7] = 0
    proba = rng().dirichlet(np.ones(3), 40)
    unit = X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), 1e-12)
    top = np.sort(proba, axis=1)
    expected = (1 - top[:, -1] + top[:, -2]) * (unit @ unit.T).mean(axis=1)
    ranking = query("density_weighted", Pool(X=csr_matrix(X) if sparse else X, proba=proba), 40, rng())
    assert np.allclose(ranking.scores, expected[ranking.positions] / expected.max())


def test_typiclust_covers_every_group_but_no_outlier():
    X, group = blobs(6, 40, spread=0.1)
    outliers = 5 * rng(1).standard_normal((3, 10)).astype(np.float32)
    chosen = query("typiclust", Pool(X=np.vstack([X, outliers])), 9, rng()).positions
    assert chosen.max() < len(X) and set(group[chosen]) == set(range(6))


def test_typiclust_leaves_out_what_is_labeled_already():
    X, group = blobs(6, 40)
    seen, _ = blobs(3, 1)
    chosen = query("typiclust", Pool(X=X, X_labeled=seen, y_labeled=["a", "b", "a"]), 3, rng()).positions
    assert set(group[chosen]) == {3, 4, 5}


def test_typiclust_takes_the_middle_of_a_group():
    X = rng().standard_normal((200, 5)).astype(np.float32)
    chosen = query("typiclust", Pool(X=X), 1, rng()).positions[0]
    assert np.linalg.norm(X[chosen] - X.mean(axis=0)) < np.quantile(np.linalg.norm(X - X.mean(axis=0), axis=1), 0.1)


@pytest.mark.parametrize("sparse", [True, False])
def test_coreset_covers_every_group_that_is_not_labeled(sparse):
    X, group = blobs(8, 25, width=700 if sparse else 10, spread=0.002)
    seen, _ = blobs(3, 1, width=X.shape[1], spread=0.002)
    as_asked = csr_matrix if sparse else np.asarray
    chosen = query("coreset", Pool(X=as_asked(X), X_labeled=as_asked(seen)), 5, rng()).positions
    assert set(group[chosen]) == {3, 4, 5, 6, 7}
    assert len(set(group[query("coreset", Pool(X=as_asked(X)), 8, rng()).positions])) == 8


def test_coreset_takes_the_farthest_next():
    X = np.array([[0.0], [1.0], [2.0], [6.0], [10.0]])
    ranking = query("coreset", Pool(X=X, X_labeled=np.zeros((1, 1))), 5, rng())
    assert ranking.positions.tolist()[:2] == [4, 3] and ranking.positions[2] == 2


def two_classes_on_a_line():
    """Labels at both ends of a line; the pool lies between."""
    X = np.column_stack([np.linspace(-1, 1, 101), np.ones(101)])
    X_labeled = np.column_stack([np.r_[np.linspace(-1, -0.3, 20), np.linspace(0.3, 1, 20)], np.ones(40)])
    return X, X_labeled, np.repeat(["no", "yes"], 20)


def test_a_committee_disagrees_between_the_classes():
    X, X_labeled, y = two_classes_on_a_line()
    ranking = query("qbc", Pool(X=X, proba=even(101), X_labeled=X_labeled, y_labeled=y), 101, rng())
    assert np.abs(X[ranking.positions[:3], 0]).max() < 0.25
    assert np.abs(X[ranking.positions[-20:], 0]).min() > 0.5


def test_cal_prefers_an_item_judged_differently_from_the_labeled_ones_next_to_it():
    X, group = blobs(2, 30)
    seen, seen_group = blobs(2, 15, seed=1)
    proba = np.where((group == 0)[:, None], [0.9, 0.1], [0.1, 0.9])
    proba[13] = [0.1, 0.9]
    proba[40] = [0.5, 0.5]

    class Knows:
        classes_ = np.array([0, 1])

        def predict_proba(self, X):
            return np.where((seen_group == 0)[:, None], [0.9, 0.1], [0.1, 0.9])

    candidates = Pool(X, proba, Knows(), seen, seen_group)
    assert query("cal", candidates, 2, rng()).positions.tolist() == [13, 40]


def test_expected_error_prefers_the_item_that_decides_a_large_group():
    X, group = blobs(4, 60, spread=0.01)
    keep = (group != 3) | (np.arange(240) == 239)
    seen, seen_group = blobs(2, 5, seed=1)
    X, group = X[keep], group[keep]
    proba = np.array([[0.97, 0.03], [0.03, 0.97], [0.5, 0.5], [0.5, 0.5]])[group]
    candidates = Pool(X=X, proba=proba, X_labeled=seen, y_labeled=seen_group)
    positions = query("expected_error", candidates, len(X), rng()).positions
    assert group[positions[0]] == 2
    assert np.flatnonzero(group[positions] == 3)[0] >= 60


def test_the_update_of_expected_error_is_what_training_anew_would_give():
    from labeler.learning.strategies.expected_error import _ridge
    from labeler.learning.strategies.ridge import one_hot

    X_labeled, X, tried = rng(1).random((20, 4)), rng(2).random((7, 4)), rng(3).random((1, 4))
    X_labeled /= np.linalg.norm(X_labeled, axis=1, keepdims=True)
    tried /= np.linalg.norm(tried, axis=1, keepdims=True)  # the scale of the kernel stays what it was
    targets = one_hot(rng(4).integers(3, size=20), 3)
    now, change, own = _ridge(X, tried, X_labeled, targets)
    anew, _, _ = _ridge(X, tried, np.vstack([X_labeled, tried]), np.vstack([targets, [[0, 1, 0]]]))
    assert np.allclose(now + change * (np.array([[0, 1, 0]]) - own), anew)
    assert not np.allclose(now, anew)


def test_cost_aware_prefers_the_cheap_of_two_alike_and_waits_for_no_expensive_one():
    proba = np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [0.99, 0.01]])
    ranking = query("cost_aware", Pool(proba=proba, cost=np.array([60.0, 6.0, 5.0, 5.0])), 4, rng())
    assert ranking.positions.tolist() == [1, 2, 0, 3]
    assert ranking.scores[0] == 1.0


def test_cost_aware_without_costs_is_margin():
    candidates = replace(pool_of(rng().random((50, 5))), cost=None)
    assert np.array_equal(
        query("cost_aware", candidates, 20, rng()).positions, query("margin", candidates, 20, rng()).positions
    )


@pytest.mark.parametrize("cost", [np.ones(9), np.zeros(10), -np.ones(10), np.full(10, np.nan), np.full(10, np.inf)])
def test_costs_that_make_no_sense_are_refused(cost):
    with pytest.raises(InvalidPool, match="cost"):
        query("cost_aware", Pool(proba=even(10), cost=cost), 2, rng())


def imbalanced(labels):
    """100 items, the first 10 predicted rare and rather sure, the others common and torn."""
    proba = np.tile([0.52, 0.48], (100, 1))
    proba[:10] = [0.2, 0.8]
    return Pool(proba=proba, y_labeled=np.repeat(["common", "rare"], labels))


def test_class_balanced_favors_the_rare_class():
    chosen = query("class_balanced", imbalanced([45, 5]), 10, rng()).positions
    assert (chosen < 10).sum() >= 8
    assert (query("margin", imbalanced([45, 5]), 10, rng()).positions < 10).sum() == 0


def test_class_balanced_with_as_many_labels_of_each_takes_as_many_of_each():
    chosen = query("class_balanced", imbalanced([20, 20]), 10, rng()).positions
    assert (chosen < 10).sum() == 5


def test_class_balanced_goes_on_with_the_others_when_a_class_is_used_up():
    chosen = query("class_balanced", imbalanced([45, 5]), 60, rng()).positions
    assert set(range(10)) <= set(chosen.tolist())


def test_class_balanced_takes_the_smallest_margins_of_a_class():
    share = np.linspace(0.5, 0.99, 50)
    candidates = Pool(proba=np.column_stack([1 - share, share])[::-1], y_labeled=["a", "b"])
    assert query("class_balanced", candidates, 50, rng()).positions[0] == 49


def test_labels_that_do_not_fit_the_columns_are_refused():
    with pytest.raises(InvalidPool, match="3 columns of probabilities, but 2 classes"):
        query("class_balanced", Pool(proba=even(10, 3), y_labeled=["a", "b"]), 2, rng())
    stranger = Pool(proba=even(10, 3), y_labeled=[0, 1, 7], estimator=Linear(3, 2))
    with pytest.raises(InvalidPool, match='the label "7"'):
        query("class_balanced", stranger, 2, rng())


def test_the_estimators_order_of_classes_counts():
    class Reversed:
        classes_ = np.array(["rare", "common"])

    candidates = imbalanced([45, 5])
    turned = replace(candidates, proba=candidates.proba[:, ::-1], estimator=Reversed())
    assert (query("class_balanced", turned, 10, rng()).positions < 10).sum() >= 8
    assert (query("most_likely_positive", turned, 10, rng()).positions < 10).all()


def test_most_likely_positive_finds_the_positives_first():
    truth = rng().random(500) < 0.05
    share = np.clip(np.where(truth, 0.8, 0.1) + 0.05 * rng(1).standard_normal(500), 0, 1)
    proba = np.column_stack([1 - share, share])
    found = query("most_likely_positive", Pool(proba=proba, positive=1), truth.sum(), rng()).positions
    assert truth[found].all()
    turned = Pool(proba=proba[:, ::-1], positive=0)
    assert truth[query("most_likely_positive", turned, truth.sum(), rng()).positions].all()


def test_most_likely_positive_searches_for_the_rarest_class_or_else_the_last():
    proba = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.1, 0.7]])
    rarest = Pool(proba=proba, y_labeled=["a", "a", "b", "c", "c"])
    assert query("most_likely_positive", rarest, 1, rng()).positions[0] == 1
    assert query("most_likely_positive", Pool(proba=proba), 1, rng()).positions[0] == 2
    assert query("most_likely_positive", replace(rarest, positive=0), 1, rng()).positions[0] == 0


@pytest.mark.parametrize("positive", [-1, 3])
def test_a_positive_class_that_does_not_exist_is_refused(positive):
    with pytest.raises(InvalidPool, match=f"positive is column {positive}"):
        query("most_likely_positive", Pool(proba=even(5, 3), positive=positive), 2, rng())


# Near-duplicates


def near_duplicates():
    """Ten texts, each twenty times with another detail, as unit rows, all as uncertain."""
    base = np.abs(rng(2).standard_normal((10, 30)))
    X = np.repeat(base, 20, axis=0) + 0.05 * rng(3).random((200, 30))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    return X.astype(np.float32)


@pytest.mark.parametrize("name", [name for name in BATCH_NAMES if name not in ("coverage", "modal_ranked_batch")])
def test_near_duplicates_are_not_in_one_batch_while_there_are_others(name):
    X = near_duplicates()
    seen = rng(9).random((2, 30)).astype(np.float32)
    candidates = Pool(X=X, proba=even(200), X_labeled=seen, y_labeled=[0, 1])
    for seed in range(5):
        chosen = query(name, candidates, 10, rng(seed)).positions
        cosines = X[chosen] @ X[chosen].T
        assert np.triu(cosines, 1).max() <= 0.98


@pytest.mark.parametrize("name", ["margin_kmeans", "graph_margin", "graph_margin_balanced", "cluster_margin", "badge"])
def test_near_duplicates_stay_apart_even_when_they_are_the_least_certain(name):
    alike = near_duplicates().reshape(10, 20, 30)[:4, :15].reshape(60, 30)
    others = np.abs(rng(8).standard_normal((20, 30))).astype(np.float32)
    X = np.vstack([alike, others / np.linalg.norm(others, axis=1, keepdims=True)])
    share = np.where(np.arange(80) < 60, 0.5, 0.9999)
    for seed in range(5):
        candidates = Pool(X=X, proba=np.column_stack([share, 1 - share]), y_labeled=[0, 1])
        chosen = query(name, candidates, 10, rng(seed)).positions
        assert np.triu(X[chosen] @ X[chosen].T, 1).max() <= 0.98


@pytest.mark.parametrize("sparse", [True, False])
def test_apart_passes_over_near_duplicates_and_comes_back_to_them_last(sparse):
    X = np.array([[1, 0], [1, 0.01], [0, 1], [1, 1], [0.01, 1]], dtype=np.float32)
    X = csr_matrix(X) if sparse else X
    order = np.array([1, 0, 2, 4, 3])
    assert apart(X, order, 3).tolist() == [1, 2, 3]
    assert apart(X, order, 4).tolist() == [1, 2, 3, 0]
    assert apart(X, order, 5).tolist() == order.tolist()


def test_apart_takes_the_same_direction_for_no_duplicate_when_the_length_differs():
    assert apart(np.array([[1.0], [50.0], [1.01]]), np.array([0, 2, 1]), 2).tolist() == [0, 1]


# What no strategy may stumble over


def bad_inputs():
    draws = rng().random((40, 6))
    constant = draws.copy()
    constant[:, 2] = 7.0
    yield "smaller than any shortlist", pool_of(draws[:3])
    yield "a single item", pool_of(draws[:1])
    yield "all identical", pool_of(np.tile(draws[:1], (40, 1)))
    yield "all zero", pool_of(np.zeros((40, 6)))
    yield "two different", pool_of(np.repeat(draws[:2], 20, axis=0))
    yield "a constant column", pool_of(constant)
    yield "one column", pool_of(draws[:, :1])
    yield "one constant column", pool_of(np.ones((40, 1)))
    yield "huge values", pool_of(draws * 1e6 - 5e5)
    yield "two classes", pool_of(draws, classes=2)
    yield "more classes than items", pool_of(draws[:8], classes=11, labeled=22)
    yield "one labeled item of each", pool_of(draws, labeled=3)
    yield "sure of everything", replace(pool_of(draws), proba=np.eye(3)[np.arange(40) % 3])
    yield "sure of one class", replace(pool_of(draws), proba=np.eye(3)[np.zeros(40, int)])
    yield "undecided", replace(pool_of(draws), proba=even(40, 3))
    yield "float32", replace(pool_of(draws), proba=pool_of(draws).proba.astype(np.float32))
    yield "labels as objects", replace(pool_of(draws), y_labeled=np.array([0, 1, 2] * 2, dtype=object))
    yield "no neighbors of any", replace(pool_of(draws), neighbors=csr_matrix((40, 40)))
    skewed = np.array([0] * 48 + [1, 2])
    yield "skewed labels", replace(pool_of(draws, labeled=50), y_labeled=skewed)
    yield "never labeled", replace(pool_of(draws, labeled=50), y_labeled=np.arange(50) % 2)
    sparse = pool_of(draws * (draws < 0.5))
    yield "sparse", replace(sparse, X=csr_matrix(sparse.X), X_labeled=csr_matrix(sparse.X_labeled))
    yield "sparse, empty rows", replace(sparse, X=csr_matrix((40, 6)), X_labeled=csr_matrix(sparse.X_labeled))


BAD = dict(bad_inputs())


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@pytest.mark.parametrize("what", BAD)
@pytest.mark.parametrize("name", NAMES)
def test_every_strategy_ranks_whatever_it_is_given(name, what):
    candidates = BAD[what]
    for n in sorted({1, (len(candidates) + 1) // 2, len(candidates)}):
        ranking = query(name, candidates, n, rng(1))
        assert sorted(set(ranking.positions.tolist())) == sorted(ranking.positions.tolist())
        assert len(ranking) == len(ranking.scores) == n and ranking.positions.dtype == np.int64
        assert ranking.positions.min() >= 0 and ranking.positions.max() < len(candidates)
        assert np.isfinite(ranking.scores).all() and (np.diff(ranking.scores) <= 0).all()
        assert ranking.scores.min() >= 0 and ranking.scores.max() <= 1
        assert np.array_equal(query(name, candidates, n, rng(1)).positions, ranking.positions)
    assert len(rank(name, candidates, len(candidates), 4, rng(1))) == len(candidates)


@pytest.mark.parametrize("name", NAMES)
def test_chance_comes_from_the_given_generator_alone(name):
    candidates = pool_of(rng().random((60, 6)))
    before = query(name, candidates, 8, rng(4)).positions
    np.random.seed(123)
    state = np.random.get_state()[1].copy()
    assert np.array_equal(query(name, candidates, 8, rng(4)).positions, before)
    assert np.array_equal(np.random.get_state()[1], state)


@pytest.mark.parametrize("name", NAMES)
def test_a_pool_of_bare_probabilities_is_ranked_or_refused_in_words(name):
    try:
        assert len(query(name, Pool(proba=even(30)), 5, rng())) == 5
    except LearningError as error:
        assert isinstance(error, InvalidPool | NeedsModel) and name in str(error)


@pytest.mark.parametrize("name", NEEDS_LABELED)
def test_a_strategy_that_compares_with_labeled_items_says_that_it_needs_them(name):
    candidates = pool_of(rng().random((20, 4)))
    with pytest.raises(NeedsModel, match=name):
        query(name, replace(candidates, X_labeled=None, y_labeled=None), 3, rng())
    with pytest.raises(NeedsModel, match=name):
        query(name, replace(candidates, X_labeled=candidates.X_labeled[:0], y_labeled=[]), 3, rng())


def test_a_strategy_that_asks_the_estimator_says_that_it_needs_one():
    with pytest.raises(NeedsModel, match="cal"):
        query("cal", replace(pool_of(rng().random((20, 4))), estimator=None), 3, rng())


def test_a_committee_needs_two_classes():
    one_class = replace(pool_of(rng().random((20, 4))), y_labeled=np.zeros(6))
    with pytest.raises(NeedsModel, match="two classes"):
        query("qbc", one_class, 3, rng())


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"X_labeled": np.ones((6, 3))}, "the labeled items have 3 features, those of the pool 4"),
        ({"y_labeled": [0, 1]}, "6 labeled items, but 2 labels"),
        ({"X_labeled": np.full((6, 4), np.nan)}, "labeled items hold NaN"),
        ({"neighbors": csr_matrix((5, 5))}, "neighbors have shape"),
    ],
)
def test_what_does_not_fit_the_pool_is_refused(wrong, says):
    with pytest.raises(InvalidPool, match=says):
        query("margin_kmeans", replace(pool_of(rng().random((20, 4))), **wrong), 3, rng())


@pytest.mark.parametrize("name", [name for name in BATCH_NAMES if name not in ("coverage", "modal_ranked_batch")])
def test_identical_items_stay_out_of_a_batch_even_when_nearly_all_are(name):
    X = np.vstack([np.tile(rng(1).random((1, 8)), (5_000, 1)), rng(2).random((30, 8))]).astype(np.float32)
    candidates = Pool(X=X, proba=even(len(X)), X_labeled=rng(3).random((2, 8)), y_labeled=[0, 1])
    chosen = query(name, candidates, 20, rng()).positions
    assert len({X[position].tobytes() for position in chosen}) == 20


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("modal")])
def test_ten_thousand_items_take_a_moment(name):
    X = rng().standard_normal((10_000, 400)).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    estimator = Linear(10, 400)
    labeled = rng(1).standard_normal((300, 400)).astype(np.float32)
    candidates = Pool(X, estimator.predict_proba(X), estimator, labeled, np.arange(300) % 10)
    started = time.process_time()
    query(name, candidates, 25, rng())
    assert time.process_time() - started < 5  # measured: 0.4 s at most; a slow machine is no failure
