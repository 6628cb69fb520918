"""Comparable items of one item: along the pool's map against a look at all its vectors, from files on disk."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeler.learning.semi_supervised.label_spreading import NeighborGraph, unit
from labeler.learning.semi_supervised.similar import comparable
from labeler.training.pool.graph_store import StoredGraph

pytestmark = [pytest.mark.bench, pytest.mark.timeout(5400)]
ITEMS = 1_000_000 if os.environ.get("MILLION") else 100_000
WIDE, ASKED, BATCH = 480, 50, 20_000


def pool(n: int) -> Any:
    """Parts of vectors around centers, a hundred to each, as texts of one subject are."""
    rng = np.random.default_rng(0)
    centers = rng.standard_normal((n // 100, WIDE), dtype=np.float32)
    for start in range(0, n, BATCH):
        own = centers[rng.integers(0, len(centers), BATCH)]
        yield slice(start, start + BATCH), unit(own + 0.8 * rng.standard_normal((BATCH, WIDE), dtype=np.float32))


def scanned(around: NeighborGraph, place: int, n: int) -> Any:
    cosines = np.asarray(around.vectors @ around.vectors[place])
    cosines[place] = -1
    return np.argsort(-cosines, kind="stable")[:n]


def middle(function: Callable[[int], Any], places: Any) -> tuple[float, list[Any]]:
    seconds, found = [], []
    for place in places:
        started = time.perf_counter()
        found.append(function(int(place)))
        seconds.append(time.perf_counter() - started)
    return float(np.median(seconds)), found


@pytest.mark.parametrize("n", [10, 50])
def test_comparable_items(tmp_path_factory: Any, report: Any, n: int) -> None:
    around = on_disk(Path(tmp_path_factory.getbasetemp()) / "comparable")
    places = np.random.default_rng(1).choice(ITEMS, ASKED, replace=False)
    whole, true = middle(lambda place: scanned(around, place, n), places)
    walk, found = middle(lambda place: comparable(around, place, n)[0], places)
    recall = float(np.mean([len(set(a) & set(b)) / n for a, b in zip(found, true, strict=True)]))
    report.add(
        f"{n} comparable items of {ITEMS:,}, 480 dimensions",
        scan_ms=round(whole * 1e3, 1),
        along_the_map_ms=round(walk * 1e3, 1),
        times_as_fast=round(whole / walk, 1),
        recall=round(recall, 3),
    )
    assert recall > 0.95 and walk < whole


def on_disk(folder: Path) -> NeighborGraph:
    stored = StoredGraph(folder)
    if not stored.steps:
        folder.mkdir()
        stored.grow(ITEMS, WIDE, pool(ITEMS))
    around = stored.first(ITEMS)
    assert around is not None
    return around
