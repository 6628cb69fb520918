"""Texts: hashed words 1-2 and characters 3-5 within words, weighted by TF-IDF; how they are written where asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from labeler.contents import Content
from labeler.learning.features.base import State, pipeline_key
from labeler.learning.features.ngrams import hashed_counts
from labeler.learning.features.statistics import NAMES, standardized, statistics_of
from labeler.learning.features.tfidf import Tfidf
from labeler.learning.numeric.types import Array


def text_of(content: Content) -> str:
    """The text of an item; a table row is read as its values, so that a stray row never stops a pipeline."""
    text = content.get("text")
    if text is None:
        fields = content.get("fields") or {}
        return " ".join(str(value) for value in fields.values() if value is not None)
    return text if isinstance(text, str) else str(text)


class TextPipeline:
    """TF-IDF of word 1-2 and char_wb 3-5 grams in one sparse row.

    word_bits, char_bits: the raw counts are hashed into 2**bits columns each; only those that two items
    share are kept by `fit`. statistics: whether columns beside them say how a text is written.
    """

    name = "text"

    def __init__(self, word_bits: int = 18, char_bits: int = 18, statistics: bool = False) -> None:
        self.word_bits = word_bits
        self.char_bits = char_bits
        self.statistics = statistics
        self._tfidf = Tfidf((2**word_bits, 2**char_bits))
        self._mean, self._scale = np.zeros(len(NAMES)), np.ones(len(NAMES))

    def config(self) -> dict[str, Any]:
        """Name and hashing sizes."""
        sizes = {"name": self.name, "word_bits": self.word_bits, "char_bits": self.char_bits}
        return sizes | ({"statistics": True} if self.statistics else {})

    def key(self) -> str:
        """Names the raw blocks of this configuration."""
        return pipeline_key(self.name, self.config())

    def extract(self, contents: Sequence[Content]) -> csr_matrix:
        """Hashed n-gram counts, float32 (items, 2**word_bits + 2**char_bits); statistics in the columns after."""
        texts = [text_of(content) for content in contents]
        counts = hashed_counts(texts, self.word_bits, self.char_bits)
        if not self.statistics:
            return counts
        return csr_matrix(hstack([counts, csr_matrix(statistics_of(texts))], format="csr"))

    def fit(self, blocks: Sequence[csr_matrix]) -> None:
        """Learn document frequencies, and what is usual for the statistics."""
        if not self.statistics:
            self._tfidf.fit(blocks)
            return
        parts = [self._split(block) for block in blocks]
        self._tfidf.fit([counts for counts, _ in parts])
        values = np.concatenate([np.zeros((0, len(NAMES))), *(values for _, values in parts)])
        if len(values):
            self._mean, self._scale = values.mean(axis=0), values.std(axis=0)

    def transform(self, block: csr_matrix) -> csr_matrix:
        """TF-IDF rows, float32, of length 1; with the statistics beside them, of length 1 for a typical text."""
        if not self.statistics:
            return self._tfidf.transform(block)
        counts, values = self._split(block)
        beside = csr_matrix(standardized(values, self._mean, self._scale))
        return csr_matrix(hstack([self._tfidf.transform(counts), beside], format="csr"))

    def _split(self, block: csr_matrix) -> tuple[csr_matrix, Array]:
        width = 2**self.word_bits + 2**self.char_bits
        return block[:, :width], block[:, width:].toarray().astype(np.float64)

    def similarity(self, features: csr_matrix) -> csr_matrix:
        """What the text says: items are alike by that."""
        return features[:, : self._tfidf.width] if self.statistics else features

    def cells(self, features: csr_matrix) -> None:
        """There are no columns."""

    def state(self) -> State:
        """Kept columns and their inverse document frequencies, and what is usual for the statistics."""
        usual = {"mean": self._mean, "scale": self._scale} if self.statistics else {}
        return self._tfidf.state() | usual

    def set_state(self, state: State) -> None:
        """Take up a learned state."""
        self._tfidf.set_state(state)
        if self.statistics:
            self._mean, self._scale = state["mean"], state["scale"]
