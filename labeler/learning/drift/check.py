"""A check: all signals of two samples of items together, and which of them moved."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from labeler.contents import kind_of
from labeler.learning.drift import two_samples
from labeler.learning.drift.signals import Signal, kinds, numbers
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.text import text_of
from labeler.learning.keywords import words_in
from labeler.learning.numeric.types import Array
from labeler.learning.stop_words import ENGLISH, GERMAN

LEVEL = 0.05
BAR = 0.05
MOST_COMPARED = 1_500
"""Items of each sample that a classifier tries to tell apart, drawn at random."""
CHARACTERS = 10_000
LARGEST = 1e300
LOOKED_AT = 200
"""Characters of a text whose script is asked."""
_ENGLISH, _GERMAN = set(ENGLISH.split()) - set(GERMAN.split()), set(GERMAN.split()) - set(ENGLISH.split())


@dataclass(frozen=True)
class Moved:
    """A signal with its p after Holm's correction over the signals of its check. moved: significant, and at least as
    far as the bar."""

    signal: Signal
    p: float
    moved: bool


def check(
    then: Sequence[Mapping[str, Any]],
    now: Sequence[Mapping[str, Any]],
    said: tuple[Sequence[str], Sequence[str]] | None = None,
    vectors: tuple[Array, Array] | None = None,
    *,
    bar: float = BAR,
    seed: int = 0,
) -> list[Moved]:
    """Compare new items with those before.

    then, now: their contents, of one kind, some of each; said: what a model says of items before that it did not learn
    from, and of new ones; vectors: their sentence vectors, float32 (items, d), rows of length 1. The chance of a signal
    that moved, where nothing did, is at most LEVEL over all of them together (Holm 1979). Raises InvalidFeatures where
    the contents are of different kinds, or there are none.
    """
    rng = np.random.default_rng([seed, len(then), len(now)])
    found = [*_written(then, now, rng), *_fields(then, now, rng)]
    if said is not None and said[0] and said[1]:
        found.append(kinds("predicted", *said, rng))
    found.append(_contents(then, now, rng))
    if vectors is not None:
        found.append(_meaning(*vectors, rng))
    signals = [one for one in found if one is not None]
    return [
        Moved(one, p, p <= LEVEL and (one.effect.value or 0.0) >= bar)
        for one, p in zip(signals, holm([one.p for one in signals]), strict=True)
    ]


def holm(p: Sequence[float]) -> list[float]:
    """The same in their order, corrected: Holm 1979."""
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(np.array(p)[order] * np.arange(len(p), 0, -1))
    found = np.empty(len(p))
    found[order] = np.minimum(1.0, raised)
    return [float(one) for one in found]


def _contents(then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], rng: np.random.Generator) -> Signal:
    chosen = _chosen(len(then), len(now), rng)
    contents = [sample[place] for sample, places in zip((then, now), chosen, strict=True) for place in places.tolist()]
    # Columns are chosen by both samples alike: one that only new items have is seen, too.
    pipeline = pipeline_for([contents[place] for place in rng.permutation(len(contents))[:MOST_COMPARED].tolist()])
    block = pipeline.extract(contents)
    pipeline.fit([block])
    found = two_samples.contents(pipeline.similarity(pipeline.transform(block)), len(chosen[0]), rng)
    return replace(found, unlike=tuple(chosen[1][list(found.unlike)].tolist()))


def _meaning(then: Array, now: Array, rng: np.random.Generator) -> Signal:
    """By sentence vectors: what is meant, also where it is said in other words."""
    chosen = _chosen(len(then), len(now), rng)
    rows = np.concatenate([then[chosen[0]], now[chosen[1]]])
    found = two_samples.contents(rows, len(chosen[0]), rng)
    return replace(found, name="meaning", unlike=tuple(chosen[1][list(found.unlike)].tolist()))


def _chosen(n_then: int, n_now: int, rng: np.random.Generator) -> list[Array]:
    """Rising places of the items of each sample that a classifier tries to tell apart."""
    return [np.sort(rng.choice(n, min(n, MOST_COMPARED), replace=False)) for n in (n_then, n_now)]


def _written(
    then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], rng: np.random.Generator
) -> list[Signal | None]:
    """How texts are written: their length, language or script, and words that were not there before."""
    if not are_texts(then) or not are_texts(now):
        return []
    before, new = ([text_of(one)[:CHARACTERS] for one in sample] for sample in (then, now))
    of_then, of_now = ([words_in(text) for text in sample] for sample in (before, new))
    length = numbers("length", _lengths(before), _lengths(new), rng)
    language = kinds("language", [language_of(*one) for one in zip(before, of_then, strict=True)],
                     [language_of(*one) for one in zip(new, of_now, strict=True)], rng)  # fmt: skip
    # A half says which words are known, the other half how many usually are not.
    halves = rng.permutation(len(before))
    known = {word for place in halves[: len(before) // 2].tolist() for word in of_then[place]}
    usual = np.array([_unknown(of_then[place], known) for place in halves[len(before) // 2 :].tolist()])
    unknown = numbers("unknown_words", usual, np.array([_unknown(words, known) for words in of_now]), rng)
    return [length, language, unknown]


def _fields(
    then: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]], rng: np.random.Generator
) -> list[Signal | None]:
    """Each field of table rows: its numbers, or its values where these are not numbers; an empty one is a value."""
    rows = [[one.get("fields") or {} for one in sample] for sample in (then, now)]
    names = list(dict.fromkeys(name for sample in rows for row in sample for name in row))
    found: list[Signal | None] = []
    for name in names:
        before, new = ([_given(row.get(name)) for row in sample] for sample in rows)
        there = [[one for one in sample if one is not None] for sample in (before, new)]
        if all(_is_number(one) for sample in there for one in sample) and all(there):
            was, now_is = (np.array(sample, dtype=np.float64) for sample in there)
            places = [place for place, one in enumerate(new) if one is not None]
            found.append(_moved_to(numbers(f"field:{name}", was, now_is, rng), places))
            found.append(kinds(f"empty:{name}", _empty(before), _empty(new), rng))
        else:
            found.append(kinds(f"field:{name}", _values(before), _values(new), rng))
    return found


def _moved_to(signal: Signal, places: Sequence[int]) -> Signal:
    unlike = tuple(places[place] for place in signal.unlike)
    return Signal(signal.name, signal.measure, signal.effect, signal.p, signal.then, signal.now, unlike)


def _given(value: Any) -> Any:
    return None if value == "" else value


def _empty(values: Sequence[Any]) -> list[str]:
    return ["empty" if value is None else "given" for value in values]


def _values(values: Sequence[Any]) -> list[str]:
    return ["" if value is None else str(value)[:100] for value in values]


def are_texts(contents: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all of these contents are texts."""
    return all((kind := kind_of(one)) is not None and kind.field == "text" for one in contents)


def _is_number(value: Any) -> bool:
    """Also a whole number that no float holds exactly; not one that is beyond all of them."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST


def _lengths(texts: Sequence[str]) -> Array:
    return np.array([len(text) for text in texts], dtype=np.float64)


def _unknown(words: Sequence[str], known: set[str]) -> float:
    return sum(word not in known for word in words) / len(words) if words else 0.0


def language_of(text: str, words: Sequence[str]) -> str:
    """english or german by the words that hold sentences together, else the script that most letters are of. It is
    often wrong of a short text: what counts is that it is wrong of both samples alike."""
    scripts = Counter(_script(one) for one in text[:LOOKED_AT] if one.isalpha())
    script = scripts.most_common(1)[0][0] if scripts else "none"
    if script != "latin":
        return script
    english, german = (sum(word in mine for word in words) for mine in (_ENGLISH, _GERMAN))
    return script if english == german else "english" if english > german else "german"


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    return unicodedata.name(character, "none").split()[0].lower()
