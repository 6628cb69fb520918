"""Sentence vectors of a project's items on disk.

Items are read in groups by their place in the dataset version, which never changes: an encoder's vector
depends a little on what is in the same batch, and so the same version always gives the same vectors.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labeler.kit.config import Settings
from labeler.kit.files import written_whole
from labeler.learning.features.encoder import Encoder, encoder_of
from labeler.learning.features.text import text_of
from labeler.registry.encoders import encoder_for
from labeler.training.cluster import map_over

Array = np.ndarray[Any, Any]

GROUP = 256


@dataclass(frozen=True)
class Reader:
    """The encoder with this hash, on whatever machine it is wanted."""

    sha256: str

    def __call__(self, texts: list[str]) -> Array:
        """Vectors of these texts. Raises EncoderMissing where there is no such encoder."""
        encoder_for(Settings())
        return encoder_of(self.sha256).encode(texts)


class VectorStore:
    """Vectors of the first items of a version, a file a group. folder: of one project and encoder."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder = folder / "vectors" / encoder.key
        self.encoder = encoder

    def missing(self, n: int) -> list[int]:
        """Numbers of the groups of the first n items that have not been read."""
        return [number for number in range(-(-n // GROUP)) if not self._path(number, n).exists()]

    def read_all(
        self, numbers: Sequence[int], n: int, contents_of: Callable[[Array], Sequence[Any]], scheduler: str
    ) -> Iterator[int]:
        """Make the vectors of these groups of the first n items, on a Dask cluster where one is set; gives each number
        when it is done."""

        def texts(number: int) -> list[str]:
            positions = np.arange(number * GROUP, min(n, (number + 1) * GROUP))
            return [text_of(content) for content in contents_of(positions)]

        def here(_: Any, groups: Iterable[list[str]]) -> Iterator[Array]:
            return map(self.encoder.encode, groups)

        read = map_over(scheduler, Reader(self.encoder.sha256), map(texts, numbers), here)
        for number, vectors in zip(numbers, read, strict=True):
            self._keep(number, n, vectors)
            yield number

    def _keep(self, number: int, n: int, vectors: Array) -> None:
        """Store what was read of a group of the first n items; vectors of fewer items of it are not needed any more."""
        path = self._path(number, n)
        with written_whole(path) as file:
            np.save(file, vectors, allow_pickle=False)
        for old in self.folder.glob(f"{number:06d}-*.npy"):
            if _size(old) < _size(path):
                old.unlink(missing_ok=True)

    def load(self, n: int, first: int = 0, stop: int | None = None) -> Array:
        """Vectors of the items [first, stop) as they were read among the first n, float32 (stop - first, d).

        Raises FileNotFoundError when some are missing.
        """
        stop = n if stop is None else stop
        begin = first // GROUP
        groups = [np.load(self._path(number, n), allow_pickle=False) for number in range(begin, -(-stop // GROUP))]
        if not groups:
            return np.zeros((0, self.encoder.dimensions), dtype=np.float32)
        loaded: Array = np.concatenate(groups)
        return loaded[first - begin * GROUP : stop - begin * GROUP]

    def _path(self, number: int, n: int) -> Path:
        return self.folder / f"{number:06d}-{min(n - number * GROUP, GROUP)}.npy"


def _size(path: Path) -> int:
    """Of how many items a group's file is."""
    return int(path.stem.split("-")[1])
