"""The pool as a teacher: neighbors, averages, and labels that spread along them."""

import numpy as np
import pytest

from labeler.learning.semi_supervised import label_spreading as graph
from labeler.learning.semi_supervised import neighbors as neighbors
from labeler.learning.semi_supervised.label_spreading import graph_of, nearby, spread, spread_each, unit
from labeler.learning.semi_supervised.neighbors import nearest

RNG = np.random.default_rng(0)


def blobs(per: int, d: int = 16, centers: int = 3):
    """Unit vectors around well separated directions, and which blob each is of."""
    which = np.repeat(np.arange(centers), per)
    return unit(np.eye(d)[which] + 0.15 * RNG.standard_normal((len(which), d))), which


def test_neighbors_are_the_nearest_others():
    vectors, _ = blobs(40)
    near, similarity = nearest(vectors, vectors, 5, themselves=True)
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -9)
    assert (np.sort(near) == np.sort(np.argsort(-cosines, axis=1)[:, :5])).all()
    assert (np.diff(similarity) <= 0).all() and (near != np.arange(120)[:, None]).all()


def test_many_items_find_nearly_the_same_neighbors_by_cells(monkeypatch):
    vectors = unit(RNG.standard_normal((3_000, 24)) + 3 * np.eye(24)[RNG.integers(0, 24, 3_000)])
    exact, _ = nearest(vectors, vectors, 10, themselves=True)
    monkeypatch.setattr(neighbors, "EXACT", 1_000)
    found, _ = nearest(vectors, vectors, 10, themselves=True)
    again, _ = nearest(vectors, vectors, 10, themselves=True)
    shared = np.mean([len(set(a) & set(b)) for a, b in zip(exact, found, strict=True)]) / 10
    assert shared > 0.75 and (found == again).all() and (found != np.arange(3_000)[:, None]).all()


@pytest.mark.parametrize("n", [1, 2, 3, 11])
def test_small_pools_have_maps(n):
    made = graph_of(unit(RNG.standard_normal((n, 4))))
    assert made.near.shape == (n, min(10, n - 1)) and np.isfinite(made.smooth).all()
    assert made.affinity().shape == (n, n)


def test_identical_and_empty_rows_are_fine():
    made = graph_of(np.zeros((30, 4), dtype=np.float32))
    flow = spread(made.affinity(), np.array([0, 1]), np.array([0, 1]), 2)
    assert np.isfinite(made.smooth).all() and np.isfinite(flow).all()


def test_one_label_reaches_its_whole_neighborhood():
    vectors, which = blobs(60)
    first = np.array([np.flatnonzero(which == blob)[0] for blob in range(3)])
    flow = spread(graph_of(vectors).affinity(), first, np.arange(3), 3)
    assert (flow.argmax(axis=1) == which).mean() > 0.95


def test_a_frequent_class_does_not_drown_a_rare_one():
    vectors, which = blobs(60, centers=2)
    labeled = np.concatenate([np.flatnonzero(which == 0)[:40], np.flatnonzero(which == 1)[:1]])
    flow = spread(graph_of(vectors).affinity(), labeled, which[labeled], 2)
    assert (flow.argmax(axis=1)[which == 1] == 1).mean() > 0.95


def test_the_graph_is_symmetric_and_does_not_grow_what_flows():
    affinity = graph_of(blobs(40)[0]).affinity()
    assert abs(affinity - affinity.T).max() < 1e-6
    assert np.linalg.eigvalsh(affinity.toarray()).max() <= 1 + 1e-5


def test_left_out_labels_hear_nearly_the_same_among_the_items_nearby(monkeypatch):
    vectors, which = blobs(400)
    labeled = RNG.choice(len(which), 40, replace=False)
    affinity, kept = graph_of(vectors).affinity(), RNG.random((5, 40)) < 0.8
    flow = spread(affinity, labeled, which[labeled], 3)
    whole = spread_each(affinity, labeled, which[labeled], 3, kept)
    monkeypatch.setattr(graph, "NEARBY", 400)
    part, places = nearby(affinity, labeled, flow)
    assert 400 <= part.shape[0] <= 440
    heard = spread_each(part, places, which[labeled], 3, kept)
    share = lambda flows: flows / flows.sum(axis=2, keepdims=True)  # noqa: E731
    assert np.abs(share(heard) - share(whole)).mean() < 0.03


def test_parts_flow_side_by_side_as_they_would_alone():
    vectors, which = blobs(60)
    affinity, labeled = graph_of(vectors).affinity(), np.arange(0, 180, 9)
    kept = np.ones((2, len(labeled)), dtype=bool)
    kept[1, ::3] = False
    both = spread_each(affinity, labeled, which[labeled], 3, kept)
    for part, mine in zip(both, kept, strict=True):
        assert np.array_equal(part, spread(affinity, labeled[mine], which[labeled[mine]], 3)[labeled])


def test_a_step_from_few_items_is_the_same_bits(monkeypatch):
    vectors, which = blobs(500)
    affinity, labeled = graph_of(vectors).affinity(), RNG.choice(1_500, 12, replace=False)
    few = spread(affinity, labeled, which[labeled], 3)
    monkeypatch.setattr(graph, "_FEW", np.inf)
    assert np.array_equal(spread(affinity, labeled, which[labeled], 3), few)
