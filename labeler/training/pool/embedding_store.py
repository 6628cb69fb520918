"""Sentence vectors of a project's items on disk: one memory-mapped array, a row an item in the pool's order.

An item's place in the pool never changes, and its vector depends on its text alone (see `Encoder.encode`): rows may
be read in any order, and by several processes, and are the same bits. A row counts as read once it is on the disk.

Where two encoders stand side by side (`pair`), each keeps its vectors as if it were alone: what one has read stays good
when the other can't go on, and when it comes or goes by the settings.
"""

import fcntl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labeler.kit.config import Settings
from labeler.learning.features.encoder import Encoder, encoder_of
from labeler.learning.features.pair import side_by_side
from labeler.learning.features.text import text_of
from labeler.learning.numeric.types import Array
from labeler.registry.encoders import encoder_for
from labeler.training.pool.dask import over_cluster
from labeler.training.pool.graph_store import extend

GROUP = 256  # items that are read and stored at a time
FETCHED = 16 * GROUP  # texts that are fetched at a time: each time may look into every file of the pool


@dataclass(frozen=True)
class Reader:
    """The encoder with this hash, on whatever machine it is wanted."""

    sha256: str

    def __call__(self, texts: list[str]) -> Array:
        """Vectors of these texts. Raises EncoderMissing where there is no such encoder."""
        encoder_for(Settings())
        return encoder_of(self.sha256).encode(texts)


class EmbeddingStore:
    """Vectors of a pool's items. folder: of one project; encoder: what makes them."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder = folder / "vectors" / encoder.key
        self.encoder = encoder
        self.parts = [EmbeddingStore(folder, part) for part in encoder.parts]

    def read(self, n: int) -> Array:
        """bool (n,): which of the first n items have a vector."""
        if self.parts:
            return np.asarray(np.all([part.read(n) for part in self.parts], axis=0))
        try:
            stored = np.load(self._read, mmap_mode="r", allow_pickle=False)[:n, 0]
        except FileNotFoundError:
            stored = np.zeros(0, dtype=np.bool_)
        return np.concatenate([stored, np.zeros(n - len(stored), dtype=np.bool_)])

    def read_all(self, places: Array, contents_of: Callable[[Array], Sequence[Any]], scheduler: str) -> Iterator[int]:
        """Make the vectors of the items at these places, in this order, on a Dask cluster where one is set; gives how
        many are done, a group after the other. Of several encoders, each that reads them in turn has its share in it.
        """
        if self.parts:
            yield from self._read_by_parts(places, contents_of, scheduler)
            return
        groups = list(_cut(places, GROUP))
        contents = (contents_of(part) for part in _cut(places, FETCHED))
        texts = ([text_of(content) for content in group] for part in contents for group in _cut(part, GROUP))

        def here(_: Any, parts: Iterable[list[str]]) -> Iterator[Array]:
            return map(self.encoder.encode, parts)

        done = 0
        vectors = over_cluster(scheduler, Reader(self.encoder.sha256), texts, here)
        for group, rows in zip(groups, vectors, strict=True):
            self._keep(group, rows)
            done += len(group)
            yield done

    def load(self, places: Array | slice) -> Array:
        """Vectors of the items at these places, float32 (places, d). Only rows that were read have a meaning."""
        if self.parts:
            return side_by_side([part.load(places) for part in self.parts])
        stored = np.load(self._vectors, mmap_mode="r", allow_pickle=False)
        return np.asarray(stored[places])

    @property
    def dimensions(self) -> int:
        """Length of a vector, once there is one."""
        if self.parts:
            return sum(part.dimensions for part in self.parts)
        return int(np.load(self._vectors, mmap_mode="r", allow_pickle=False).shape[1])

    def _read_by_parts(
        self, places: Array, contents_of: Callable[[Array], Sequence[Any]], scheduler: str
    ) -> Iterator[int]:
        for number, part in enumerate(self.parts):
            missing = places[~part.read(int(places.max(initial=-1)) + 1)[places]]
            there = number * len(places) + len(places) - len(missing)
            for read in part.read_all(missing, contents_of, scheduler):
                yield (there + read) // len(self.parts)
            if part is self.parts[-1] and not len(missing):
                yield len(places)

    def _keep(self, places: Array, rows: Array) -> None:
        """Rows first, then their marks: a process killed in between has read nothing."""
        with self._alone():
            for path, width, kind in ((self._vectors, rows.shape[1], np.float32), (self._read, 1, np.bool_)):
                n = max(int(places.max()) + 1, len(np.load(path, mmap_mode="r")) if path.exists() else 0)
                extend(path, (n, width), np.dtype(kind))
            for path, values in ((self._vectors, rows), (self._read, np.ones((len(places), 1), dtype=np.bool_))):
                stored = np.load(path, mmap_mode="r+", allow_pickle=False)
                stored[places] = values
                stored.flush()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / ".lock", "wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @property
    def _vectors(self) -> Path:
        return self.folder / "vectors.npy"

    @property
    def _read(self) -> Path:
        return self.folder / "read.npy"


def _cut(rows: Any, size: int) -> Iterator[Any]:
    """The rows, so many at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
