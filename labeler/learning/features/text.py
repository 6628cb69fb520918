"""Texts: hashed words 1-2 and characters 3-5 within words, weighted by TF-IDF."""

from collections.abc import Sequence
from typing import Any

from scipy.sparse import csr_matrix

from labeler.learning.features.base import Content, State, pipeline_key
from labeler.learning.features.ngrams import hashed_counts
from labeler.learning.features.tfidf import Tfidf


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
    share are kept by `fit`.
    """

    name = "text"

    def __init__(self, word_bits: int = 18, char_bits: int = 18) -> None:
        self.word_bits = word_bits
        self.char_bits = char_bits
        self._tfidf = Tfidf((2**word_bits, 2**char_bits))

    def config(self) -> dict[str, Any]:
        """Name and hashing sizes."""
        return {"name": self.name, "word_bits": self.word_bits, "char_bits": self.char_bits}

    def key(self) -> str:
        """Names the raw blocks of this configuration."""
        return pipeline_key(self.name, self.config())

    def extract(self, contents: Sequence[Content]) -> csr_matrix:
        """Hashed n-gram counts, float32 (items, 2**word_bits + 2**char_bits)."""
        return hashed_counts([text_of(content) for content in contents], self.word_bits, self.char_bits)

    def fit(self, blocks: Sequence[csr_matrix]) -> None:
        """Learn document frequencies."""
        self._tfidf.fit(blocks)

    def transform(self, block: csr_matrix) -> csr_matrix:
        """TF-IDF rows, float32, of length 1."""
        return self._tfidf.transform(block)

    def similarity(self, features: csr_matrix) -> csr_matrix:
        """All of them."""
        return features

    def cells(self, features: csr_matrix) -> None:
        """There are no columns."""

    def state(self) -> State:
        """Kept columns and their inverse document frequencies."""
        return self._tfidf.state()

    def set_state(self, state: State) -> None:
        """Take up a learned state."""
        self._tfidf.set_state(state)
