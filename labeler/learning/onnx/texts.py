"""Texts to TF-IDF within a graph: the same words and characters, hashed to the same columns, as `features.text` has.

Lower case and white space are those of Python, character by character: ONNX's own operator for lower case asks the
machine for a locale, which it may not have. One thing differs: a capital sigma at the end of a Greek word.
"""

import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from labeler.learning.features.ngrams import MAX_CHARS
from labeler.learning.features.statistics import LONG, NAMES
from labeler.learning.features.text import TextPipeline
from labeler.learning.features.tfidf import Tfidf
from labeler.learning.onnx.graph import ML, RUNTIME, Graph, Tensor

WORD = r"[\pL\pN_]+"
"""What \\w+ is in Python, for RE2."""
_UNCHANGED = "\x01\x01"  # no character
_MOST = 3.0
LOGS = np.concatenate([[0], 1 + np.log(np.arange(1, MAX_CHARS + 1, dtype=np.float32))]).astype(np.float32)
"""How much a word weighs that is there so many times."""


def text_features(g: Graph, texts: Tensor, pipeline: TextPipeline) -> tuple[Tensor, Tensor]:
    """What `pipeline` makes of texts, strings (items,): float32 (items, features), and that by which they are alike."""
    read = Reading(g, texts)
    tfidf = read.tfidf(pipeline._tfidf, pipeline.word_bits, pipeline.char_bits)
    if not pipeline.statistics:
        return tfidf, tfidf
    values = g.joined(*read.statistics())
    scale = np.maximum(pipeline._scale, 1e-6)
    near = g("Div", g("Sub", g.cast(values, np.float64), pipeline._mean[None, :]), scale[None, :])
    cut = g("Div", g("Clip", near, np.float64(-_MOST), np.float64(_MOST)), np.sqrt(np.float64(len(NAMES))))
    return g.joined(tfidf, g.cast(cut, np.float32)), tfidf


class Reading:
    """Texts, strings (items,), as they are read: cut off, in lower case, in words."""

    def __init__(self, g: Graph, texts: Tensor) -> None:
        self._g = g
        guarded = g("StringConcat", texts, g.text(" "))  # so that there is a character
        self._all = _characters(g, guarded)
        self._written = g.columns(self._all, 0, MAX_CHARS)
        lower = _lookup(g, self._written, lower_case())
        self._lower = folded(g, lower)
        self._words = _tokens(g, self._lower, WORD)

    def tfidf(self, learned: Tfidf, word_bits: int, char_bits: int) -> Tensor:
        """float32 (items, width): the columns that were learned, each group of length 1 in a row."""
        g, width, edge = self._g, learned.width, int(np.searchsorted(learned.columns, 2**word_bits))
        place = np.full(2**word_bits + 2**char_bits, width, dtype=np.int32)
        place[learned.columns] = np.arange(width)
        words = (self._word_grams(), word_bits, place[: 2**word_bits])
        found = []
        for grams, bits, own in (words, (self._char_grams(), char_bits, place[2**word_bits :])):
            known = g.constant(own)
            found += [g("Where", is_one, _column(g, gram, bits, known), np.int32(width)) for gram, is_one in grams]
        places = g.cast(g.joined(*found), np.int64)
        empty = g.filled(np.float32(0), g("Concat", g.size(places, 0), g.whole(width + 1), axis=0))
        ones = g.filled(np.float32(1), g("Shape", places))
        counts = g.columns(g("ScatterElements", empty, places, ones, axis=1, reduction="add"), 0, width)
        # Logarithms from a table, so that they are the same to the last bit wherever this runs.
        logs = g("Gather", LOGS, g.cast(g("Min", counts, np.float32(len(LOGS) - 1)), np.int32))
        weights = g("Mul", logs, learned.idf[None, :])
        return _of_length_1(g, [g.columns(weights, 0, edge), g.columns(weights, edge)])

    def statistics(self) -> list[Tensor]:
        """How the texts are written, see `features.statistics`: float32 (items, 1) each, in the order of NAMES."""
        g = self._g
        letters = _characters(g, self._words)  # (items, words, letters)
        lengths = g.sum(_count(g, g("Equal", letters, g.text("")), negated=True), 2, keep=False)  # (items, words)
        is_word = _count(g, g("Equal", self._words, g.text("")), negated=True)
        words = g.sum(is_word)
        n = g("Max", words, np.float32(1))
        whole = g.sum(_count(g, g("Equal", self._all, g.text("")), negated=True))
        size = g("Min", g("Sub", whole, np.float32(1)), np.float32(MAX_CHARS))  # without the space that guards
        long = g.sum(_count(g, g("Greater", lengths, np.float32(LONG))))
        longest = g("ReduceMax", lengths, g.whole(1), keepdims=1)

        def signs(listed: str) -> Tensor:
            return g.sum(_flagged(g, self._written, listed))

        def log1p(x: Tensor) -> Tensor:
            made: Tensor = g("Log", g("Add", x, np.float32(1)))
            return made

        return [
            log1p(size),
            log1p(words),
            g("Div", g.sum(lengths), n),
            log1p(longest),
            g("Div", long, n),
            g("Div", self._different(), n),
            g("Div", signs(",;:()-"), n),
            g("Div", signs("".join(digits())), g("Max", size, np.float32(1))),
            g("Div", signs("".join(capitals())), g("Max", size, np.float32(1))),
            log1p(signs(".!?")),
        ]

    def _different(self) -> Tensor:
        """How many different words: their hashes in order, counted where one differs from the one before."""
        g = self._g
        hashes = g.cast(_hash(g, self._words), np.int64)
        is_none = g("Equal", self._words, g.text(""))
        hashes = g("Where", is_none, np.int64(-(2**40)), hashes)  # last in order
        ordered, _ = g("TopK", hashes, g.size(self._words, 1), axis=1, outputs=2)
        before = g.joined(g.filled(np.int64(2**40), g("Concat", g.size(ordered, 0), g.whole(1), axis=0)), ordered)
        differs = g("Not", g("Equal", ordered, g.columns(before, 0, -1)))
        return g.sum(_count(g, g("And", differs, g("Greater", ordered, np.int64(-(2**40))))))

    def _word_grams(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Words and pairs of words (items, places), and where there is one."""
        g, words = self._g, self._words
        yield words, g("Not", g("Equal", words, g.text("")))
        first, second = g.columns(words, 0, -1), g.columns(words, 1)
        pairs = g("StringConcat", g("StringConcat", first, g.text(" ")), second)
        yield pairs, g("Not", g("Equal", second, g.text("")))

    def _char_grams(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Three to five characters of a word with a space around it (items, places), and where there are any: all of
        them that have no space within, in the words with one space between."""
        g = self._g
        pieces = _tokens(g, self._lower, "[^ ]+")
        is_none = g("Equal", pieces, g.text(""))
        spaced = g("Where", is_none, g.text(""), g("StringConcat", g.text(" "), pieces))
        letters = _characters(g, g("StringConcat", folded(g, spaced), g.text(" ")))
        ends = g.filled("", g("Concat", g.size(letters, 0), g.whole(4), axis=0))
        padded = g.joined(letters, ends)
        after = [letters] + [g("Slice", padded, g.whole(by), g.whole(2**31), g.whole(1)) for by in range(1, 5)]
        after[1:] = [self._as_long(one, letters) for one in after[1:]]
        gram, is_whole = g("StringConcat", after[0], after[1]), None
        for length in range(3, 6):
            within = g("Not", g("Equal", after[length - 2], g.text(" ")))
            is_whole = within if is_whole is None else g("And", is_whole, within)
            gram = g("StringConcat", gram, after[length - 1])
            yield gram, g("And", is_whole, g("Not", g("Equal", after[length - 1], g.text(""))))

    def _as_long(self, x: Tensor, other: Tensor) -> Tensor:
        g = self._g
        made: Tensor = g("Slice", x, g.whole(0), g.size(other, 1), g.whole(1))
        return made


def folded(g: Graph, pieces: Tensor) -> Tensor:
    """Each row of strings (items, places) as one string (items,): two neighbors become one until there is one."""
    body = Graph("fold")
    body.input("round", np.int64, [])
    body.input("more", np.bool_, [])
    x = body.input("pieces", str, None)
    odd = body("Mod", body.size(x, 1), np.array([2], dtype=np.int64))
    even = body.joined(x, body.filled("", body("Concat", body.size(x, 0), odd, axis=0)))
    half = body("Div", body.size(even, 1), body.whole(2))
    pairs = body("Reshape", even, body("Concat", body.size(x, 0), half, body.whole(2), axis=0))
    first, second = (body("Gather", pairs, np.int64(place), axis=2) for place in (0, 1))
    both = body("StringConcat", first, second)
    more = body("Greater", body.size(both, 1), body.whole(1))
    body.output(body("Squeeze", more, body.whole(0)), "go_on", np.bool_, [])
    body.output(both, "folded", str, None)
    made: Tensor = g("Squeeze", g.loop(pieces, body), g.whole(1))
    return made


@lru_cache(maxsize=1)
def lower_case() -> dict[str, str]:
    """Characters that are written otherwise in lower case, and white space, which all becomes a space."""
    found = {}
    for one in _every_character():
        by = " " if one.isspace() else one.lower()
        if by != one:
            found[one] = by
    return found


@lru_cache(maxsize=1)
def digits() -> tuple[str, ...]:
    return tuple(one for one in _every_character() if one.isdigit())


@lru_cache(maxsize=1)
def capitals() -> tuple[str, ...]:
    return tuple(one for one in _every_character() if one.isupper())


def _every_character() -> Iterator[str]:
    return (chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)


def _characters(g: Graph, x: Tensor) -> Tensor:
    """Each string's characters along a new axis, "" after the last one."""
    made: Tensor = g("Tokenizer", x, domain=RUNTIME, mark=0, mincharnum=1, pad_value="", separators=[""])
    return made


def _tokens(g: Graph, x: Tensor, pattern: str) -> Tensor:
    """Where a pattern matches in each string (items,): strings (items, most + 1), "" after the last one."""
    found = g("Tokenizer", x, domain=RUNTIME, mark=0, mincharnum=1, pad_value="", tokenexp=pattern)
    return g.joined(found, g.filled("", g("Concat", g.size(x, 0), g.whole(1), axis=0)))


def _lookup(g: Graph, x: Tensor, by: dict[str, str]) -> Tensor:
    """Strings replaced by others, where there is one."""
    keys: dict[str, Any] = dict(keys_strings=list(by), values_strings=list(by.values()), default_string=_UNCHANGED)
    found = g("LabelEncoder", x, domain=ML, **keys)
    made: Tensor = g("Where", g("Equal", found, g.text(_UNCHANGED)), x, found)
    return made


def _flagged(g: Graph, x: Tensor, listed: str) -> Tensor:
    """1 where a character is one of those listed, else 0: float32, of x's shape."""
    ones: dict[str, Any] = dict(keys_strings=list(listed), values_floats=[1.0] * len(listed), default_float=0.0)
    made: Tensor = g("LabelEncoder", x, domain=ML, **ones)
    return made


def _hash(g: Graph, x: Tensor) -> Tensor:
    made: Tensor = g("MurmurHash3", x, domain=RUNTIME, positive=0, seed=0)
    return made


def _column(g: Graph, grams: Tensor, bits: int, known: Tensor) -> Tensor:
    """The learned column of each n-gram: int64, of grams' shape."""
    column = g("Mod", g("Abs", g.cast(_hash(g, grams), np.int64)), np.int64(2**bits))
    made: Tensor = g("Gather", known, column)
    return made


def _count(g: Graph, flags: Tensor, negated: bool = False) -> Tensor:
    return g.cast(g("Not", flags) if negated else flags, np.float32)


def _of_length_1(g: Graph, groups: list[Tensor]) -> Tensor:
    """Groups of columns side by side, all of the same length in a row, which is of length 1; zeros stay zeros."""
    precise = [g.cast(group, np.float64) for group in groups]
    squares = [g.sum(g("Mul", group, group)) for group in precise]
    present = [g.cast(g("Greater", square, np.float64(0)), np.float64) for square in squares]
    number = g("Max", g("Add", *present), np.float64(1))
    scaled = []
    for group, square in zip(groups, squares, strict=True):
        length = g.cast(g("Sqrt", g("Mul", square, number)), np.float32)
        scaled.append(g("Div", group, g("Where", g("Equal", length, np.float32(0)), np.float32(1), length)))
    return g.joined(*scaled)
