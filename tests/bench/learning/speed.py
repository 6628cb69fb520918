"""Seconds a round of ours, by the size of the pool: fit, score all items, pick a batch; and the map, once a pool."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from labeler.learning.ensemble import Views, fit_ensemble
from labeler.learning.graph import map_of, unit
from labeler.learning.scoring import CHUNK_ROWS
from labeler.learning.strategies import Pool, query

Array = np.ndarray[Any, Any]

CLASSES, LABELS, DIMENSIONS = 10, 300, 384
WIDTH, WORDS = 2**15, 30
REPEATS = 3


def round_at(items: int) -> dict[str, float]:
    """Median seconds of each step at this size, one thread, and of the bare matrix products that scoring is made of."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, CLASSES, items)
    centres = rng.standard_normal((CLASSES, DIMENSIONS)).astype(np.float32)
    vectors = unit(centres[codes] + 3 * rng.standard_normal((items, DIMENSIONS), dtype=np.float32))
    words = csr_matrix(
        (
            np.full(items * WORDS, WORDS**-0.5, dtype=np.float32),
            rng.integers(0, WIDTH, items * WORDS),
            np.arange(0, items * WORDS + 1, WORDS),
        ),
        shape=(items, WIDTH),
    )
    positions = rng.choice(items, LABELS, replace=False)
    unlabeled = np.setdiff1d(np.arange(items), positions)
    found: dict[str, float] = {}
    with threadpool_limits(1):
        found["map, once a pool"], around = _timed(lambda: map_of(vectors), 1)
        affinity = around.affinity()
        labeled = Views(words[positions], vectors[positions], around.smooth[positions])
        names = [str(code) for code in codes[positions]]
        found["fit"], (ensemble, flow) = _timed(lambda: fit_ensemble(labeled, names, affinity, positions, 0))

        def score() -> Array:
            parts = []
            for start in range(0, items, CHUNK_ROWS):
                part = slice(start, start + CHUNK_ROWS)
                views = Views(words[part], vectors[part], around.smooth[part], flow[part])
                parts.append(ensemble.predict_proba(views))
            return np.concatenate(parts)

        def pick() -> Array:
            near = affinity[unlabeled][:, unlabeled]
            pool = Pool(X=vectors[unlabeled], proba=proba[unlabeled], neighbours=near)
            return query("graph_margin", pool, 25, np.random.default_rng(0)).positions

        found["score"], proba = _timed(score)
        found["pick"], _ = _timed(pick)
        toward = rng.standard_normal((DIMENSIONS, CLASSES)).astype(np.float32)
        rare = rng.standard_normal((WIDTH, CLASSES)).astype(np.float32)
        found["dense products"], _ = _timed(lambda: _products([vectors, around.smooth], toward))
        found["sparse product"], _ = _timed(lambda: _products([words], rare))
    return found


def _products(matrices: list[Any], toward: Array) -> None:
    for matrix in matrices:
        for start in range(0, matrix.shape[0], CHUNK_ROWS):
            matrix[start : start + CHUNK_ROWS] @ toward


def _timed(function: Callable[[], Any], repeats: int = REPEATS) -> tuple[float, Any]:
    seconds, result = [], None
    for _ in range(repeats):
        began = time.perf_counter()
        result = function()
        seconds.append(time.perf_counter() - began)
    return round(statistics.median(seconds), 5), result
