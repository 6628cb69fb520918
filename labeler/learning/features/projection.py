"""Wide rows to short ones that keep their similarity: where there are no sentence embeddings."""

from typing import Any

import numpy as np

from labeler.learning.features.centering import centered
from labeler.learning.numeric.types import Array

SIZE = 96
BESIDE = 0.7
"""How much projected words count next to a sentence vector."""

SAMPLE = 20_000


class Projection:
    """The leading singular directions of a pool's features.

    Source: Halko, Martinsson and Tropp 2011, "Finding Structure with Randomness"; orthogonalized on the items'
    side only, since features may be a hundred times more than items.
    """

    def __init__(self, basis: Array) -> None:
        """basis: float32 (features, size)."""
        self.basis = basis

    @classmethod
    def of(cls, X: Any, seed: int = 0, size: int = SIZE) -> "Projection":
        """Learn from rows (items, features), sparse or dense; of many, from a random 20,000."""
        if 0 in X.shape:
            return cls(np.zeros((X.shape[1], 1), dtype=np.float32))
        rng = np.random.default_rng(seed)
        if X.shape[0] > SAMPLE:
            X = X[np.sort(rng.choice(X.shape[0], SAMPLE, replace=False))]
        size = max(1, min(size, *X.shape))
        drawn = rng.standard_normal((X.shape[0], min(size + 8, X.shape[0]))).astype(np.float32)
        basis = np.linalg.qr(X @ (X.T @ drawn))[0]
        across = np.asarray(X.T @ basis)
        values, vectors = np.linalg.eigh(np.asarray(across.T @ across, dtype=np.float64))
        top = slice(max(0, len(values) - size), None)
        scale = 1 / np.sqrt(np.maximum(values[top], 1e-12))
        return cls(np.asarray(across @ (vectors[:, top] * scale), dtype=np.float32))

    def transform(self, X: Any) -> Array:
        """Rows (items, features) -> float32 (items, size) of length 1."""
        from labeler.learning.semi_supervised.label_spreading import unit

        return unit(np.asarray(X @ self.basis, dtype=np.float32))


def joined(sentences: Array, words: Array, center: Array | None) -> Array:
    """Sentence vectors (items, d) and projected words (items, size) side by side: float32, rows of length 1.

    center: of the pool's sentence vectors, which is taken off, see `centered`.

    A sentence encoder knows topics, and hardly the difference between "how many" and "who":
    docs/decisions/0003-projection.md
    """
    from labeler.learning.semi_supervised.label_spreading import unit

    return unit(np.hstack([centered(sentences, center), np.float32(BESIDE) * words]))
