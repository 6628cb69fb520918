"""How a text is written, not what it says: lengths, long words, digits, capitals. What ratings of style hang on."""

import re
from collections.abc import Sequence

import numpy as np

from labeler.learning.features.ngrams import MAX_CHARS
from labeler.learning.numeric.types import Array

NAMES = (
    "characters", "words", "mean_word", "longest_word", "long_words", "different_words", "punctuation", "digits",
    "capitals", "sentences",
)  # fmt: skip
LONG = 6
_MOST = 3.0
_WORD = re.compile(r"\w+")


def statistics_of(texts: Sequence[str]) -> Array:
    """float32 (texts, len(NAMES)) of the first 20,000 characters: counts as logarithms, the others as shares."""
    return np.array([_of(text[:MAX_CHARS]) for text in texts], dtype=np.float32).reshape(len(texts), len(NAMES))


def _of(text: str) -> list[float]:
    words = _WORD.findall(text.lower())
    lengths = [len(word) for word in words] or [0]
    n, size = max(1, len(words)), max(1, len(text))
    return [
        np.log1p(len(text)),
        np.log1p(len(words)),
        sum(lengths) / n,
        np.log1p(max(lengths)),
        sum(length > LONG for length in lengths) / n,
        len(set(words)) / n,
        sum(sign in ",;:()-" for sign in text) / n,
        sum(sign.isdigit() for sign in text) / size,
        sum(sign.isupper() for sign in text) / size,
        np.log1p(sum(sign in ".!?" for sign in text)),
    ]


def standardized(values: Array, mean: Array, scale: Array) -> Array:
    """Each column around 0, cut at three standard deviations; a row of typical values has a length of about 1."""
    near = np.clip((values - mean) / np.maximum(scale, 1e-6), -_MOST, _MOST)
    return np.asarray(near / np.sqrt(values.shape[1]), dtype=np.float32)
