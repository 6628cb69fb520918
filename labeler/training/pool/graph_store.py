"""The map of a project's pool on disk, which grows with the pool.

A map is made of all items there are, and later grows: new items get their vectors, neighbors and averages by what
the pool looked like when the map was made (the features' weights, the projection, the middle of its
sentence vectors, the index's cells), and those of
the items before stay. When the pool has grown by half, all is made anew; so are maps of small pools, each time.
The numbers of items at which a map was made and grew (`steps`) are all that is needed to make it again, bit by bit.

Rows are only ever appended, so a map of fewer items is the beginning of its files. `steps.json` is written last:
what a killed process left behind is written over by the next one.
"""

import fcntl
import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.lib import format as npy
from scipy.sparse import csr_matrix

from labeler.kit.files import write_whole, written_whole
from labeler.learning.features.base import State
from labeler.learning.features.store import load_block, save_block
from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.label_spreading import NeighborGraph, settle
from labeler.learning.semi_supervised.neighbors import NEIGHBORS, Cells

GROWS_FROM = 20_000  # items; smaller maps are made in a few seconds
GROWS_TO = 1.5  # times the items that a map was made of
KEPT = 2  # maps


@dataclass(frozen=True)
class StoredGraph:
    """One map's folder. steps: how many items it was made of, and had each time it had grown."""

    folder: Path

    @property
    def steps(self) -> list[int]:
        """Empty while there is no map."""
        try:
            found: list[int] = orjson.loads((self.folder / "steps.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return []
        return found

    def state(self) -> tuple[State, Array, Array | None]:
        """The features' state when the map was made, the projection's basis, and what is taken off sentence vectors
        (None: nothing is). Raises FileNotFoundError."""
        with np.load(self.folder / "state.npz", allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        return arrays, arrays.pop("basis"), arrays.pop("center", None)

    def keep_state(self, state: State, basis: Array, center: Array | None) -> None:
        given = state if center is None else state | {"center": center}
        with written_whole(self.folder / "state.npz") as file:
            np.savez(file, allow_pickle=False, basis=basis, **given)

    def first(self, n: int) -> NeighborGraph | None:
        """The map of its first n items, memory-mapped, or None when its files don't hold them."""
        try:
            arrays = {field.name: self._array(field.name, "r")[:n] for field in fields(NeighborGraph)}
        except (FileNotFoundError, ValueError):
            return None
        return NeighborGraph(**arrays) if all(len(array) == n for array in arrays.values()) else None

    def affinity(self, n: int) -> csr_matrix:
        """The graph of the first n items, memory-mapped."""
        path = self.folder / "affinity" / str(n)
        try:
            return load_block(path)
        except (FileNotFoundError, ValueError):
            graph = self.first(n)
            assert graph is not None
            save_block(path, graph.affinity())
            for old in path.parent.iterdir():
                if old != path and not old.name.startswith("."):
                    shutil.rmtree(old, ignore_errors=True)
            return load_block(path)

    def grow(self, n: int, dimensions: int, vectors: Iterator[tuple[slice, Array]]) -> None:
        """Make the map, or let it grow, to n items. vectors: of the new ones, by their places, rows of length 1."""
        steps = self.steps
        k = min(NEIGHBORS, n - 1)
        width = {"near": k, "similarity": k}
        for field in fields(NeighborGraph):
            kind = np.int32 if field.name == "near" else np.float32
            extend(self._file(field.name), (n, width.get(field.name, dimensions)), np.dtype(kind))
        graph = NeighborGraph(**{field.name: self._array(field.name, "r+") for field in fields(NeighborGraph)})
        for place, rows in vectors:
            graph.vectors[place] = rows
        cells = None
        if n > GROWS_FROM:
            cells = Cells.load(self._cells(steps[-1])) if steps else Cells.of(graph.vectors)
        settle(graph, steps[-1] if steps else 0, cells)
        for field in fields(NeighborGraph):
            getattr(graph, field.name).flush()
        if cells is not None:
            unfinished = self.folder / ".cells"
            cells.save(unfinished)
            unfinished.replace(self._cells(n))
        write_whole(self.folder / "steps.json", orjson.dumps([*steps, n]))
        for old in steps:
            self._cells(old).unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.npy"

    def _array(self, name: str, mode: Any) -> Array:
        array: Array = np.load(self._file(name), mmap_mode=mode, allow_pickle=False)
        return array

    def _cells(self, n: int) -> Path:
        return self.folder / f"cells-{n}.faiss"


def extend(path: Path, shape: tuple[int, int], kind: np.dtype[Any]) -> None:
    """See to it that an array's file has this shape; rows that are there stay.

    NumPy pads a file's header so that the number of rows can be changed in place.
    """
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": npy.dtype_to_descr(kind), "fortran_order": False, "shape": shape})
    with open(path, "r+b" if path.exists() else "w+b") as file:
        file.truncate(header.tell() + shape[0] * shape[1] * kind.itemsize)  # first, for whoever reads meanwhile
        file.write(header.getvalue())


@dataclass(frozen=True)
class GraphStore:
    """Maps of one project's pool, by what made the vectors (`source`)."""

    cache: Path
    source: str

    def steps_for(self, n: int) -> list[int]:
        """How a map of the first n items is made, or was."""
        for made in sorted((one for one in self._made() if one <= n), reverse=True):
            steps = self._stored(made).steps
            if n in steps:
                return steps[: steps.index(n) + 1]
            if steps and steps[-1] < n <= GROWS_TO * made and made > GROWS_FROM:
                return [*steps, n]
        return [n]

    def find(self, steps: Sequence[int]) -> StoredGraph | None:
        """The map with these steps, or None when it is not here."""
        for stored in (self._stored(steps[0]), self._again):
            if stored.steps[: len(steps)] == list(steps) and stored.first(steps[-1]) is not None:
                return stored
        return None

    @contextmanager
    def making(self, steps: Sequence[int]) -> Iterator[StoredGraph]:
        """The map to let grow until it has these steps, by nobody else meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with open(self._folder / ".lock", "wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            stored = self._stored(steps[0])
            there = stored.steps
            if there and stored.first(there[-1]) is None:  # written by an earlier version, or cut short
                shutil.rmtree(stored.folder)
                there = []
            if there and there != list(steps[: len(there)]) and there[: len(steps)] != list(steps):
                stored = self._again  # how it grew is not how an older one did that is made again
                shutil.rmtree(stored.folder, ignore_errors=True)
            elif not there:
                shutil.rmtree(stored.folder, ignore_errors=True)
            stored.folder.mkdir(exist_ok=True)
            yield stored
            for old in sorted(self._made())[:-KEPT]:
                shutil.rmtree(self._stored(old).folder, ignore_errors=True)

    @property
    def _folder(self) -> Path:
        return self.cache / "maps" / self.source

    @property
    def _again(self) -> StoredGraph:
        return StoredGraph(self._folder / "again")

    def _stored(self, made: int) -> StoredGraph:
        return StoredGraph(self._folder / str(made))

    def _made(self) -> list[int]:
        """The numbers of items that the maps here were made of."""
        return [int(path.name) for path in self._folder.glob("*") if path.name.isdigit()]
