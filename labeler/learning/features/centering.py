"""Sentence vectors seen from the middle of their pool.

An encoder's vectors share a direction that says nothing about one text among the others of its pool: what all reviews
have in common outweighs what they praise or blame. Without it neighbors are alike in what tells them apart (Mu and
Viswanath 2018, "All-but-the-Top").

Where several encoders stand side by side (`pair`), each of these views is centered by itself: a row of two may be near
the middle of one and far from that of the other, and each has as much to say about it. A center of such rows has a line
for each view, by which a stored one says how it is to be taken off.

What this is worth: docs/decisions/0038-centered-vectors.md, docs/decisions/0049-second-encoder.md
"""

import numpy as np

from labeler.learning.numeric.types import Array


def center_of(sentences: Array, views: int = 1) -> Array:
    """The mean of a pool's sentence vectors (items, d), or of a part's: float32 (d,), of several views that stand side
    by side (views, d / views). No items: zeros."""
    if len(sentences):
        center = np.asarray(sentences.mean(axis=0, dtype=np.float64), dtype=np.float32)
    else:
        center = np.zeros(sentences.shape[1], dtype=np.float32)
    return center if views == 1 else center.reshape(views, -1)


def centered(sentences: Array, center: Array | None) -> Array:
    """Sentence vectors (items, d) without what they share, float32, rows of length 1.

    center: see `center_of`; None: they stay as they are, as those of models of earlier versions.
    """
    from labeler.learning.semi_supervised.label_spreading import unit

    if center is None:
        return sentences
    if center.ndim == 1:
        return unit(sentences - center)
    views = [unit(view - own) for view, own in zip(np.split(sentences, len(center), axis=1), center, strict=True)]
    return np.asarray(np.hstack(views) / np.sqrt(np.float32(len(views))))
