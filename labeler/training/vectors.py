"""Sentence vectors of a project's items on disk, and the map of its pool that is made from them.

Items are read in groups by their place in the dataset version, which never changes: an encoder's vector
depends a little on what is in the same batch, and so the same version always gives the same vectors.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from labeler.kit.config import Settings
from labeler.kit.files import written_whole
from labeler.learning.errors import LearningError
from labeler.learning.features.encoder import Encoder, default_encoder, use
from labeler.learning.features.installed import is_installed
from labeler.learning.features.text import text_of
from labeler.learning.graph import PoolMap, map_of
from labeler.training.encoders import encoder_path

Array = np.ndarray[Any, Any]

GROUP = 256
KEPT_MAPS = 2


def encoder_for(settings: Settings) -> Encoder | None:
    """The encoder that the settings name; None when embeddings are off or not installed.

    One set by URL is fetched first. Raises EncoderMissing or EncoderBroken for a file that was set and is not there or
    has another hash.
    """
    if settings.embeddings == "off":
        return None
    if settings.encoder:
        return use(Encoder(encoder_path(settings), settings.encoder_sha256 or None))
    return use(default_encoder()) if is_installed() else None


def why_without(settings: Settings) -> str | None:
    """Why the set encoder can't be used, in a sentence; None when nothing is wrong."""
    try:
        encoder_for(settings)
    except LearningError as error:
        return str(error)
    return None


class VectorStore:
    """Vectors of the first items of a version, a file a group. folder: of one project and encoder."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self.folder = folder / "vectors" / encoder.key
        self.encoder = encoder

    def missing(self, n: int) -> list[int]:
        """Numbers of the groups of the first n items that have not been read."""
        return [number for number in range(-(-n // GROUP)) if not self._path(number, n).exists()]

    def read(self, number: int, n: int, contents_of: Callable[[Array], Sequence[Any]]) -> None:
        """Make the vectors of one group of the first n items."""
        positions = np.arange(number * GROUP, min(n, (number + 1) * GROUP))
        vectors = self.encoder.encode([text_of(content) for content in contents_of(positions)])
        with written_whole(self._path(number, n)) as file:
            np.save(file, vectors, allow_pickle=False)
        for old in self.folder.glob(f"{number:06d}-*.npy"):
            if old != self._path(number, n):
                old.unlink(missing_ok=True)

    def load(self, n: int) -> Array:
        """Vectors of the first n items, float32 (n, d). Raises FileNotFoundError when some are missing."""
        groups = [np.load(self._path(number, n), allow_pickle=False) for number in range(-(-n // GROUP))]
        return np.concatenate(groups) if groups else np.zeros((0, self.encoder.dimensions), dtype=np.float32)

    def _path(self, number: int, n: int) -> Path:
        return self.folder / f"{number:06d}-{min(n - number * GROUP, GROUP)}.npy"


@dataclass(frozen=True)
class MapStore:
    """Maps of one project's pool, by what made the vectors (`source`) and how many items there are."""

    folder: Path
    source: str

    def find(self, n: int) -> PoolMap | None:
        """The map of the first n items, memory-mapped, or None."""
        folder = self._path(n)
        try:
            arrays = {
                field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
                for field in fields(PoolMap)
            }
        except (FileNotFoundError, ValueError):
            return None
        return PoolMap(**arrays) if len(arrays["vectors"]) == n else None

    def make(self, vectors: Array, extras: dict[str, Array]) -> PoolMap:
        """Make and keep the map of these vectors, with other arrays beside it."""
        made = map_of(vectors)
        folder = self._path(len(vectors))
        unfinished = folder.with_name(f".{folder.name}")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        for field in fields(PoolMap):
            np.save(unfinished / f"{field.name}.npy", getattr(made, field.name), allow_pickle=False)
        for name, array in extras.items():
            np.save(unfinished / f"{name}.npy", array, allow_pickle=False)
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            unfinished.rename(folder)
        for old in sorted(self._sizes())[:-KEPT_MAPS]:
            shutil.rmtree(self._path(old), ignore_errors=True)
        return self.find(len(vectors)) or made

    def extra(self, name: str, n: int) -> Array:
        """An array that was kept beside the map of the first n items."""
        array: Array = np.load(self._path(n) / f"{name}.npy", allow_pickle=False)
        return array

    def _sizes(self) -> list[int]:
        return [int(path.name) for path in (self.folder / "maps" / self.source).glob("*") if path.name.isdigit()]

    def _path(self, n: int) -> Path:
        return self.folder / "maps" / self.source / str(n)
