"""Comparable items along a pool's map are those that looking at all of it finds."""

from typing import Any

import numpy as np
import pytest

from labeler.learning.semi_supervised import similar as walking
from labeler.learning.semi_supervised.label_spreading import NeighborGraph, graph_of, settle, unit
from labeler.learning.semi_supervised.neighbors import NEIGHBORS, Cells
from labeler.learning.semi_supervised.similar import comparable

RNG = np.random.default_rng(0)
VECTORS = unit(RNG.standard_normal((2_000, 24)) + 2 * RNG.standard_normal((60, 24))[RNG.integers(0, 60, 2_000)])
ASKED = range(0, 2_000, 37)


def scanned(vectors: Any, place: int, n: int) -> list[int]:
    cosines = vectors @ vectors[place]
    cosines[place] = -9
    return [int(found) for found in np.argsort(-cosines, kind="stable")[:n]]


def recall(graph: NeighborGraph, n: int) -> float:
    hits = [set(comparable(graph, place, n)[0]) & set(scanned(graph.vectors, place, n)) for place in ASKED]
    return sum(map(len, hits)) / n / len(hits)


def grown(first: int) -> NeighborGraph:
    """A map that was made of the first items and grew by the others, by an index of cells."""
    n = len(VECTORS)
    near, similarity = np.empty((n, NEIGHBORS), dtype=np.int32), np.empty((n, NEIGHBORS), dtype=np.float32)
    whole = NeighborGraph(VECTORS, near, similarity, np.empty_like(VECTORS), np.empty_like(VECTORS))
    parts = (whole.vectors, near, similarity, whole.once, whole.smooth)
    cells = Cells.of(VECTORS[:first])
    settle(NeighborGraph(*(part[:first] for part in parts)), 0, cells)
    settle(whole, first, cells)
    return whole


@pytest.fixture(scope="module")
def exact() -> NeighborGraph:
    return graph_of(VECTORS)


@pytest.mark.parametrize("n", [1, 8, 10])
def test_as_many_as_the_map_holds_are_those_of_a_scan_in_its_order(exact: NeighborGraph, n: int) -> None:
    for place in ASKED:
        found, cosines = comparable(exact, place, n)
        assert found.tolist() == scanned(VECTORS, place, n)
        assert np.allclose(cosines, VECTORS[found] @ VECTORS[place], atol=1e-6)


def test_more_than_the_map_holds_are_those_of_a_scan(exact: NeighborGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    assert recall(exact, 25) == recall(exact, 100) == 1
    monkeypatch.setattr(walking, "EXACT", 0)  # a large pool
    assert 0.98 < recall(exact, 25) < 1


def test_where_a_group_has_no_way_out_all_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "EXACT", 0)
    groups = unit(np.repeat(np.eye(24, dtype=np.float32)[:10], 15, axis=0) + 0.01 * np.abs(VECTORS[:150]))
    graph = graph_of(groups)
    assert comparable(graph, 0, 40)[0].tolist() == scanned(groups, 0, 40)


def test_what_came_after_an_item_is_found_too() -> None:
    whole = grown(1_400)
    assert recall(whole, 10) > 0.97
    assert any((comparable(whole, place, 10)[0] >= 1_400).any() for place in range(0, 1_400, 100))


def test_a_pool_of_three_has_two_others() -> None:
    found, cosines = comparable(graph_of(VECTORS[:3]), 1, 10)
    assert sorted(found.tolist()) == [0, 2] and cosines[0] >= cosines[1]


def test_copies_of_an_item_come_first() -> None:
    graph = graph_of(np.concatenate([VECTORS, np.repeat(VECTORS[:1], 15, axis=0)]))
    assert set(comparable(graph, 0, 15)[0]) == set(range(2_000, 2_015))
