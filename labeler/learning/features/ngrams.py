"""Texts to hashed n-gram counts: the stateless, costly part of the text features."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

MAX_CHARS = 20_000
"""Features read this many characters of a text: a book in one item must not hold up a shard of short texts."""


@lru_cache(maxsize=8)
def _vectorizer(analyzer: str, shortest: int, longest: int, bits: int) -> Any:
    from sklearn.feature_extraction.text import HashingVectorizer

    return HashingVectorizer(
        analyzer=analyzer,
        ngram_range=(shortest, longest),
        n_features=2**bits,
        token_pattern=r"(?u)\b\w+\b",  # the default drops "u", "4", "£": half of a short message
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )


def readable(text: str) -> str:
    """The text with "?" for halves of surrogate pairs, which JSON can hold and UTF-8 can't."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def hashed_counts(texts: Sequence[str], word_bits: int, char_bits: int) -> csr_matrix:
    """Counts of words 1-2 in the first 2**word_bits columns, of char_wb 3-5 in the next 2**char_bits.

    Returns float32 (texts, 2**word_bits + 2**char_bits), sorted indices, no duplicates.
    """
    if not len(texts):
        return csr_matrix((0, 2**word_bits + 2**char_bits), dtype=np.float32)
    cut = [readable(text[:MAX_CHARS]) for text in texts]
    words = _vectorizer("word", 1, 2, word_bits).transform(cut)
    chars = _vectorizer("char_wb", 3, 5, char_bits).transform(cut)
    both = csr_matrix(hstack([words, chars], format="csr"))
    both.sum_duplicates()
    return both
