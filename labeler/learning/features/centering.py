"""Sentence vectors seen from the middle of their pool.

An encoder's vectors share a direction that says nothing about one text among the others of its pool: what all reviews
have in common outweighs what they praise or blame. Without it neighbors are alike in what tells them apart (Mu and
Viswanath 2018, "All-but-the-Top").

What this is worth: docs/decisions/0038-centered-vectors.md
"""

import numpy as np

from labeler.learning.numeric.types import Array


def center_of(sentences: Array) -> Array:
    """The mean of a pool's sentence vectors (items, d), or of a part's: float32 (d,). No items: zeros."""
    if not len(sentences):
        return np.zeros(sentences.shape[1], dtype=np.float32)
    return np.asarray(sentences.mean(axis=0, dtype=np.float64), dtype=np.float32)


def centered(sentences: Array, center: Array | None) -> Array:
    """Sentence vectors (items, d) without what they share, float32, rows of length 1.

    center: (d,), see `center_of`; None: they stay as they are, as those of models of earlier versions.
    """
    from labeler.learning.semi_supervised.label_spreading import unit

    return sentences if center is None else unit(sentences - center)
