"""Raw counts to TF-IDF: the cheap, learned part of the text features."""

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.sparse import csr_matrix

from labeler.learning.features.base import State

_RARE_FROM = 50
"""From this many items on, a column that only one item has is dropped: it can't help any other item."""


class Tfidf:
    """Sublinear term frequency times smoothed inverse document frequency, each group of columns of length 1.

    groups: widths of the groups of columns (words, characters), so that neither drowns the other.
    Columns that are in fewer than two items are dropped, which keeps models small.
    """

    def __init__(self, groups: Sequence[int]) -> None:
        self.groups = tuple(groups)
        self.columns = np.empty(0, dtype=np.int32)
        self.idf = np.empty(0, dtype=np.float32)

    @property
    def width(self) -> int:
        """How many columns `transform` gives."""
        return len(self.columns)

    def fit(self, blocks: Iterable[csr_matrix]) -> None:
        """Learn document frequencies from blocks of counts."""
        frequency = np.zeros(sum(self.groups), dtype=np.int64)
        items = 0
        for block in blocks:
            frequency += np.bincount(block.indices, minlength=len(frequency))
            items += block.shape[0]
        least = 2 if items >= _RARE_FROM else 1
        if not (frequency >= least).any():
            least = 1
        self.columns = np.flatnonzero(frequency >= least).astype(np.int32)
        self.idf = (np.log((1 + items) / (1 + frequency[self.columns])) + 1).astype(np.float32)

    def transform(self, block: csr_matrix) -> csr_matrix:
        """TF-IDF of counts: float32 (items, width), rows of length 1 (0 when nothing is known)."""
        place = np.full(sum(self.groups), -1, dtype=np.int32)
        place[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        columns = place[block.indices]
        known = columns >= 0
        kept = np.concatenate(([0], np.cumsum(known)))[block.indptr].astype(np.int32)
        columns = columns[known]
        weights = 1 + np.log(np.asarray(block.data[known], dtype=np.float32))
        weights *= self.idf[columns]
        features = csr_matrix((weights, columns, kept), shape=(block.shape[0], self.width))
        self._normalize(features)
        return features

    def _normalize(self, features: csr_matrix) -> None:
        """Scale each group of each row to the same length, in place, so that the row has length 1."""
        rows = features.shape[0]
        row_of = np.repeat(np.arange(rows), np.diff(features.indptr))
        edges = np.searchsorted(self.columns, np.cumsum(self.groups))[:-1]
        group_of = np.searchsorted(edges, features.indices, side="right")
        cell = row_of * len(self.groups) + group_of
        squares = np.bincount(cell, weights=features.data.astype(np.float64) ** 2, minlength=rows * len(self.groups))
        present = (squares.reshape(rows, len(self.groups)) > 0).sum(axis=1)
        length = np.sqrt(squares * np.repeat(np.maximum(present, 1), len(self.groups)))
        length[length == 0] = 1
        features.data /= length[cell].astype(np.float32)

    def state(self) -> State:
        """The learned columns and their weights."""
        return {"columns": self.columns, "idf": self.idf}

    def set_state(self, state: State) -> None:
        """Take up a state that `state` gave."""
        self.columns = np.asarray(state["columns"], dtype=np.int32)
        self.idf = np.asarray(state["idf"], dtype=np.float32)
