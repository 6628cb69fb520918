"""Items beside the others: nearly the same as one that was answered otherwise, or unlike all of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.numeric.types import Array
from labeler.learning.semi_supervised.neighbors import NEIGHBORS, nearest

ALIKE = 0.9
"""Cosine of the features themselves from which on items are nearly the same; vectors alone are too coarse for it."""
FAR = 3.5
"""Modified z-score (Iglewicz and Hoaglin 1993) from which on an item is unlike the others."""
FEWEST = 20
"""Items below which nothing is known of what is usual."""
LARGEST_SHARE = 0.01
"""Of the items that may be unlike all others."""

Apart = Callable[[int, int], float]
"""How far the answers of two items are apart, in [0, 1]."""


@dataclass(frozen=True)
class Odd:
    """An item, how odd it is (from 0 to 1), and those it was held against, with their cosines, nearest first."""

    position: int
    score: float
    near: list[tuple[int, float]]


class Neighborhood:
    """Each item's nearest others.

    vectors: float32 (items, d), rows of length 1; rows: features (items, columns) to compare near items by.
    """

    def __init__(self, vectors: Array, rows: Any) -> None:
        k = min(NEIGHBORS, len(vectors) - 1)
        self.near, self.cosines = np.zeros((len(vectors), 0), dtype=np.int32), np.zeros((len(vectors), 0))
        if k > 0:
            self.near, self.cosines = nearest(
                np.ascontiguousarray(vectors, dtype=np.float32), vectors, k, themselves=True
            )
        self._rows = rows

    def contradictions(self, apart: Apart) -> list[Odd]:
        """Near-duplicates that were answered otherwise, those first that most of their like contradict. Of two that
        contradict each other nobody knows which is wrong: both are found, with half of the certainty."""
        alike = self._same()
        found = []
        for place in np.flatnonzero((alike >= ALIKE).any(axis=1)).tolist():
            twins = [(int(one), float(c)) for one, c in zip(self.near[place], alike[place], strict=True) if c >= ALIKE]
            others = [(one, cosine) for one, cosine in twins if apart(place, one) > 0]
            if others:
                against = sum(apart(place, one) for one, _ in others)
                found.append(Odd(place, against / (len(twins) + 1), others))
        return sorted(found, key=lambda odd: (-odd.score, odd.position))

    def outliers(self) -> list[Odd]:
        """Items unlike all others, the oddest first: by how far the nearest are, against what is usual."""
        if len(self.near) < FEWEST:
            return []
        away = 1 - np.asarray(self.cosines, dtype=np.float64).mean(axis=1)
        middle = float(np.median(away))
        usual = max(1.4826 * float(np.median(np.abs(away - middle))), 1e-6)
        places = np.flatnonzero((away - middle) / usual > FAR)
        most = max(1, int(LARGEST_SHARE * len(away)))
        places = places[np.argsort(-away[places], kind="stable")][:most]
        return [Odd(place, float(np.clip(away[place], 0, 1)) / 2, self._nearest(place)) for place in places.tolist()]

    def around(self, places: Sequence[int], most: int) -> list[list[tuple[int, float]]]:
        """The nearest others of these items, with their cosines."""
        return [self._nearest(place)[:most] for place in places]

    def _nearest(self, place: int) -> list[tuple[int, float]]:
        return [(int(one), float(c)) for one, c in zip(self.near[place], self.cosines[place], strict=True)]

    def _same(self) -> Array:
        """The cosine of each item's features with those of its nearest: (items, k)."""
        rows = csr_matrix(self._rows)
        length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        length[length == 0] = 1
        found = np.zeros(self.near.shape)
        for column in range(self.near.shape[1]):
            other = self.near[:, column]
            together = np.asarray(rows.multiply(rows[other]).sum(axis=1)).ravel()
            found[:, column] = together / (length * length[other])
        return found
