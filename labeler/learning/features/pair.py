"""Two encoders side by side: each is a view of its own of what a text says.

Views are put together after each is centered on its pool and of length 1 (`centering`), so that none outweighs another
by how its vectors happen to lie.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from labeler.learning.features.encoder import Encoder
from labeler.learning.numeric.types import Array


class Pair(Encoder):
    """parts: encoders whose vectors are of one size. A vector holds one of each, and is of length 1."""

    def __init__(self, *parts: Encoder) -> None:
        self.parts = parts
        self.sha256 = sha256_of(*(part.sha256 for part in parts))

    def __getstate__(self) -> dict[str, Any]:
        return {"parts": self.parts, "sha256": self.sha256}

    def rest(self) -> None:
        for part in self.parts:
            part.rest()

    def encode(self, texts: Sequence[str]) -> Array:
        """Vectors of length 1, float32 (texts, dimensions)."""
        return side_by_side([part.encode(texts) for part in self.parts])


def side_by_side(views: Sequence[Array]) -> Array:
    """Rows of length 1, float32 (items, d) each, as rows of length 1 that hold them all."""
    return np.asarray(np.hstack(views) / np.sqrt(np.float32(len(views))))


def sha256_of(*parts: str) -> str:
    """The hash that stands for encoders with these hashes, side by side."""
    return hashlib.sha256(":".join(["side by side", *parts]).encode()).hexdigest()
