"""Sentence vectors of what is written about a project's labels, on disk beside those of its items.

Every training wants them, and most want nothing else of the encoder, whose model takes 100 MB, twice that while it is
loaded. They are made again when the texts have changed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import orjson

from labeler.kit.files import written_whole
from labeler.learning.features.encoder import Encoder
from labeler.learning.numeric.types import Array


class SaidVectors:
    """folder: of one project's features; said: texts by label."""

    def __init__(self, folder: Path, encoder: Encoder, said: Mapping[str, Sequence[str]]) -> None:
        self._texts = sorted({text for texts in said.values() for text in texts})
        self._encoder = encoder
        name = hashlib.sha256(orjson.dumps(self._texts)).hexdigest()
        self._file = folder / "vectors" / encoder.key / "said" / f"{name}.npy"

    def __call__(self, texts: Sequence[str]) -> Array:
        """Vectors of some of the texts, float32 (texts, d)."""
        vectors = self.keep()
        return vectors[[self._texts.index(text) for text in texts]]

    def keep(self) -> Array:
        """Vectors of all, read or made; what was made of other texts is taken away."""
        try:
            stored: Array = np.load(self._file, allow_pickle=False)
            return stored
        except (OSError, ValueError):
            vectors = self._encoder.encode(self._texts)
        with written_whole(self._file) as new:
            np.save(new, vectors)
        for other in self._file.parent.glob("*.npy"):
            if other != self._file:
                other.unlink(missing_ok=True)
        return vectors
