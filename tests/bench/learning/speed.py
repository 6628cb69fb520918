"""Seconds and memory a round of ours, by the size of the pool: fit, score all items, pick a batch; and the map.

    python tests/bench/learning/speed.py 1000000

Everything lies in memory-mapped files, as the service has it. Each size runs in a process of its own, so that the
most memory it held is its own.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import open_memmap
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from labeler.learning.batch_predict import CHUNK_ROWS, Part, chunks_of
from labeler.learning.features.store import load_block, save_block
from labeler.learning.numeric.parallel import in_threads
from labeler.learning.semi_supervised.ensemble import Views, fit_ensemble
from labeler.learning.semi_supervised.label_spreading import unit
from labeler.learning.semi_supervised.self_training import SelfTrained, lesson, self_trained
from labeler.learning.strategies import Pool, query
from labeler.training.pool.graph_store import StoredGraph

Array = np.ndarray[Any, Any]

CLASSES, LABELS, DIMENSIONS = 10, 300, 384
WIDTH, WORDS = 2**15, 30
REPEATS = 3
CANDIDATES = 20_000  # the service's strategies look at so many of the least certain


def round_at(items: int) -> dict[str, float]:
    """Median seconds of each step at this size, of the bare matrix products that scoring is made of, and GB held."""
    done = subprocess.run([sys.executable, __file__, str(items)], check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measured(items: int, folder: Path) -> dict[str, float]:
    """The same, in this process."""
    memory = _Memory()
    rng = np.random.default_rng(0)
    codes = rng.integers(0, CLASSES, items)
    stored, words = StoredGraph(folder / "map"), _words(rng, items, folder / "words")
    stored.folder.mkdir()
    positions = np.sort(rng.choice(items, LABELS, replace=False))
    unlabeled = np.setdiff1d(np.arange(items), positions)
    found: dict[str, float] = {}
    memory.start()
    made = lambda: stored.grow(items, DIMENSIONS, _vectors(rng, codes))  # noqa: E731
    found["map, once a pool"], _ = _timed(made, 1)
    found["map, GB"], found["map, GB of files"] = memory.peak()
    around = stored.first(items)
    assert around is not None
    found["graph, once a pool"], affinity = _timed(lambda: stored.affinity(items), 1)
    memory.forget()
    labeled = Views(words[positions], around.vectors[positions], around.smooth[positions])
    names = [str(code) for code in codes[positions]]

    def learn() -> tuple[SelfTrained, Array]:
        ensemble, flow = fit_ensemble(labeled, names, affinity, positions, 0)
        places = lesson(items, positions, 0)
        views = Views(words[places], around.vectors[places], around.smooth[places], flow[places])
        return self_trained(ensemble, views, np.searchsorted(places, positions), codes[positions]), flow

    found["fit"], (model, flow) = _timed(learn)

    def parts() -> Iterator[Part]:
        start = 0
        for rows in chunks_of(words):
            part = slice(start, start + rows.shape[0])
            start = part.stop
            yield Part(rows, around.vectors[part], around.smooth[part], flow[part])

    def scored(part: Part) -> Array:
        assert part.vectors is not None and part.smooth is not None
        return model.predict_proba(Views(part.rows, part.vectors, part.smooth, part.flow))

    def pick() -> Array:
        places = unlabeled
        if len(places) > CANDIDATES:
            top_two = np.partition(proba[places], -2, axis=1)[:, -2:]
            places = places[np.sort(np.argpartition(top_two[:, 1] - top_two[:, 0], CANDIDATES)[:CANDIDATES])]
        near = affinity[places][:, places]
        pool = Pool(X=around.vectors[places], proba=proba[places], neighbors=near)
        return query("graph_margin", pool, 25, np.random.default_rng(0)).positions

    found["score"], proba = _timed(lambda: np.concatenate(list(in_threads(scored, parts()))))
    found["pick"], _ = _timed(pick)
    found["round, GB"], found["round, GB of files"] = memory.peak()
    toward = rng.standard_normal((DIMENSIONS, CLASSES)).astype(np.float32)
    rare = rng.standard_normal((WIDTH, CLASSES)).astype(np.float32)
    found["dense products"], _ = _timed(lambda: _products([around.vectors, around.smooth], toward))
    found["sparse product"], _ = _timed(lambda: _products([words], rare))
    return found


def _vectors(rng: np.random.Generator, codes: Array) -> Iterator[tuple[slice, Array]]:
    centers = rng.standard_normal((CLASSES, DIMENSIONS)).astype(np.float32)
    for start in range(0, len(codes), CHUNK_ROWS):
        mine = codes[start : start + CHUNK_ROWS]
        noise = rng.standard_normal((len(mine), DIMENSIONS), dtype=np.float32)
        yield slice(start, start + len(mine)), unit(centers[mine] + 3 * noise)


def _words(rng: np.random.Generator, items: int, folder: Path) -> csr_matrix:
    """Words of length 1 an item, memory-mapped."""
    folder.mkdir()
    indices = open_memmap(folder / "drawn.npy", "w+", np.int32, (items * WORDS,))
    for start in range(0, len(indices), 1_000_000):
        indices[start : start + 1_000_000] = rng.integers(0, WIDTH, len(indices[start : start + 1_000_000]))
    data, indptr = np.full(items * WORDS, WORDS**-0.5, dtype=np.float32), np.arange(0, items * WORDS + 1, WORDS)
    save_block(folder / "block", csr_matrix((data, indices, indptr), shape=(items, WIDTH)))
    return load_block(folder / "block")


def _products(matrices: list[Any], toward: Array) -> None:
    with threadpool_limits(1):
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


class _Memory(threading.Thread):
    """The most memory that this process held: its own, and pages of files, which the system takes back at will."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.forget()

    def forget(self) -> None:
        self._most = {"RssAnon": 0, "RssFile": 0}

    def run(self) -> None:
        while True:
            for line in Path("/proc/self/status").read_text().splitlines():
                name = line.split(":")[0]
                if name in self._most:
                    self._most[name] = max(self._most[name], int(line.split()[1]))
            time.sleep(0.02)

    def peak(self) -> tuple[float, float]:
        return round(self._most["RssAnon"] / 1e6, 2), round(self._most["RssFile"] / 1e6, 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="labeler-speed-") as name:
        print(json.dumps(measured(int(sys.argv[1]), Path(name))))
