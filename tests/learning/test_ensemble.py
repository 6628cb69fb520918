"""Several teachers, weighed by evidence."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from labeler.learning.errors import TooFewLabels
from labeler.learning.semi_supervised.ensemble import DUAL, TEACHERS, Ensemble, Views, fit_ensemble
from labeler.learning.semi_supervised.label_spreading import graph_of, unit
from labeler.learning.semi_supervised.linear import ridge


def pool(n: int, seed: int = 0, noise: float = 0.3, d: int = 12):
    """Items of three classes whose vectors lie together."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    vectors = unit(np.eye(d)[y] + noise * rng.standard_normal((n, d)))
    sparse = csr_matrix((rng.random((n, 20)) < 0.2).astype(np.float32) / 3)
    return graph_of(vectors), sparse, np.array(["a", "b", "c"])[y]


def views(graph, sparse, places, prior=None):
    return Views(sparse[places], graph.vectors[places], graph.smooth[places], None, prior)


def fitted(graph, sparse, y, places, prior=None):
    labeled = views(graph, sparse, places, prior)
    return fit_ensemble(labeled, y[places], graph.affinity(), places, 0)


def accuracy(ensemble, flow, graph, sparse, y, prior=None):
    proba = ensemble.predict_proba(Views(sparse, graph.vectors, graph.smooth, flow, prior))
    assert np.allclose(proba.sum(axis=1), 1, atol=1e-5)
    return np.mean(np.array(ensemble.classes)[proba.argmax(axis=1)] == y)


def test_left_out_answers_are_those_of_models_without_the_item():
    graph, sparse, y = pool(40)
    codes = np.unique(y, return_inverse=True)[1]
    parts = [sparse, graph.vectors]
    weight = len(codes) / (3 * np.bincount(codes)[codes])
    gram = 1 + sum(np.asarray((p @ p.T).todense() if hasattr(p, "todense") else p @ p.T) for p in parts)
    target = np.where(np.arange(3) == codes[:, None], 1.0, -1.0)
    teacher, left_out = ridge(parts, codes, 3)
    for item in (0, 7, 21):
        rest = np.delete(np.arange(40), item)
        alpha = np.linalg.solve(gram[np.ix_(rest, rest)] + np.diag(1 / weight[rest]), target[rest])
        logits = teacher.scale * (gram[item, rest] @ alpha)
        expected = logits - np.log(np.exp(logits).sum())
        assert np.allclose(left_out[item], expected, atol=1e-6)


def test_few_labels_are_enough_where_the_pool_has_structure():
    graph, sparse, y = pool(600)
    places = np.array([np.flatnonzero(y == name)[0] for name in "abc"] + [50, 60, 70])
    assert accuracy(*fitted(graph, sparse, y, places), graph, sparse, y) > 0.9


def test_a_misleading_graph_is_switched_off():
    _, _, y = pool(600)
    shuffled, _, _ = pool(600, seed=9)
    hint = csr_matrix(np.eye(3, dtype=np.float32)[np.unique(y, return_inverse=True)[1]])
    places = np.random.default_rng(1).permutation(600)[:200]
    ensemble, flow = fitted(shuffled, hint, y, places)
    assert ensemble.weights["neighbors"] < 0.2
    assert accuracy(ensemble, flow, shuffled, hint, y) > 0.95


def test_misleading_words_are_switched_off_and_good_ones_kept():
    graph, sparse, y = pool(600, noise=0.6)
    places = np.random.default_rng(1).permutation(600)[:60]
    right = np.log(0.05 + 0.85 * np.eye(3)[np.unique(y, return_inverse=True)[1]])
    wrong = right[:, [1, 2, 0]]
    good, _ = fitted(graph, sparse, y, places, right[places])
    bad, flow = fitted(graph, sparse, y, places, wrong[places])
    none, plain = fitted(graph, sparse, y, places)
    assert good.weights["words"] > 0.2 and bad.weights["words"] < 0.05
    with_wrong = accuracy(bad, flow, graph, sparse, y, wrong)
    assert with_wrong >= accuracy(none, plain, graph, sparse, y) - 0.02


def test_the_same_labels_give_the_same_bits():
    graph, sparse, y = pool(300)
    places = np.arange(0, 300, 7)
    first, second = fitted(graph, sparse, y, places), fitted(graph, sparse, y, places)
    assert np.array_equal(first[1], second[1]) and first[0].weights == second[0].weights
    stored = Ensemble.from_state(first[0].state())
    assert set(first[0].weights) == set(TEACHERS) - {"words", "trees"}
    everything = Views(sparse, graph.vectors, graph.smooth, first[1])
    assert np.array_equal(stored.predict_proba(everything), first[0].predict_proba(everything))


def test_many_labels_take_the_other_way_and_learn_as_well():
    graph, sparse, y = pool(DUAL + 400)
    places = np.arange(DUAL + 100)
    assert accuracy(*fitted(graph, sparse, y, places), graph, sparse, y) > 0.95


def table(n: int, seed: int = 0):
    """Rows of six numbers of which two decide, and only together."""
    cells = np.random.default_rng(seed).standard_normal((n, 6)).astype(np.float32)
    return cells, np.where((cells[:, 0] > 0) == (cells[:, 1] > 0), "same", "other")


def test_trees_count_where_columns_decide_only_together():
    cells, y = table(700)
    graph, places = graph_of(unit(cells)), np.arange(200)
    labeled = Views(cells[places], graph.vectors[places], graph.smooth[places], cells=cells[places])
    ensemble, flow = fit_ensemble(labeled, y[places], graph.affinity(), places, 0)
    assert ensemble.weights["trees"] > 0.5
    rest = np.arange(200, 700)
    seen = Views(cells[rest], graph.vectors[rest], graph.smooth[rest], flow[rest], cells=cells[rest])
    with_trees = np.mean(np.array(ensemble.classes)[ensemble.predict_proba(seen).argmax(axis=1)] == y[rest])
    plain, flow = fitted(graph, csr_matrix(cells), y, places)
    unseen = Views(csr_matrix(cells[rest]), graph.vectors[rest], graph.smooth[rest], flow[rest])
    without = np.mean(np.array(plain.classes)[plain.predict_proba(unseen).argmax(axis=1)] == y[rest])
    assert with_trees > max(0.85, without + 0.1)


def test_what_nobody_can_tell_is_called_by_its_frequent_label():
    rng = np.random.default_rng(0)
    cells = rng.standard_normal((800, 5)).astype(np.float32)
    y = np.where(rng.random(800) < 0.12, "rare", "frequent")
    graph, places = graph_of(unit(cells)), np.arange(150)
    ensemble, flow = fitted(graph, csr_matrix(cells), y, places)
    assert ensemble.weights["frequency"] > 0.2
    assert accuracy(ensemble, flow, graph, csr_matrix(cells), y) > 0.85


@pytest.mark.parametrize("labels", [["a"], ["a", "a", "a"], []])
def test_one_label_is_too_few(labels):
    graph, sparse, _ = pool(30)
    places = np.arange(len(labels))
    with pytest.raises(TooFewLabels):
        fit_ensemble(views(graph, sparse, places), labels, graph.affinity(), places, 0)


def test_contradictions_and_classes_with_one_example_are_fine():
    vectors = unit(np.ones((40, 4)))
    graph, sparse = graph_of(vectors), csr_matrix(np.ones((40, 2), dtype=np.float32))
    places = np.arange(6)
    ensemble, flow = fit_ensemble(
        views(graph, sparse, places), ["a", "b", "a", "b", "a", "c"], graph.affinity(), places, 0
    )
    proba = ensemble.predict_proba(Views(sparse, graph.vectors, graph.smooth, flow))
    assert np.isfinite(proba).all()
