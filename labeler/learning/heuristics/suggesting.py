"""Words that tell a label from others: rules that somebody could write, found in what was answered."""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from labeler.learning.evaluation.intervals import wilson
from labeler.learning.keywords import words_in
from labeler.learning.stop_words import STOP_WORDS

WORDS = 1_000
"""Of each text."""
LEAST, LEAST_SHARE = 5, 0.01
"""Texts that a word must be in: so many, and such a share of all."""
GAIN = 2.0
"""The odds of the label where the word is, over its odds elsewhere, at the lower end of the interval."""
ALIKE = 0.8
"""The share of a phrase's texts that a better one finds, too, from which on it adds nothing."""
LOOKED_AT = 200
"""Phrases of each label, the best, that are held beside each other."""


@dataclass(frozen=True)
class Characteristic:
    """A word or two, in how many texts they were found, and in how many of those the label was given."""

    phrase: str
    label: str
    found: int
    right: int


def characteristic(
    texts: Sequence[str], labels: Sequence[Collection[str]], known: Collection[str] = (), most: int = 5
) -> dict[str, list[Characteristic]]:
    """The most telling phrases of each label, best first, at most so many. labels: of each text; known: phrases that
    are not wanted.

    Ranked by mutual information: how much it says of a text's label whether the phrase is there, so that neither a rare
    certainty nor a common triviality comes first. Of phrases that find nearly the same texts the best one is there.
    """
    frequent = Counter(label for given in labels for label in set(given))
    found: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for text, given in zip(texts, labels, strict=True):
        phrases = _phrases(text)
        found.update(phrases)
        together.update((phrase, label) for phrase in phrases for label in set(given))
    unwanted, least = {" ".join(words_in(one)) for one in known}, max(LEAST, LEAST_SHARE * len(texts))
    ranked: dict[str, list[tuple[float, Characteristic]]] = {label: [] for label in frequent}
    for (phrase, label), right in together.items():
        n = found[phrase]
        if n < least or 2 * right <= n or phrase in unwanted:
            continue
        low, _ = wilson(right, n)
        if _odds(low) > GAIN * _odds(frequent[label] / len(texts)):
            score = mutual_information(right, n, frequent[label], len(texts))
            ranked[label].append((score, Characteristic(phrase, label, n, right)))
    best = dict[str, list[Characteristic]]()
    for label, scored in ranked.items():
        scored.sort(key=lambda one: (-one[0], len(one[1].phrase), one[1].phrase))
        best[label] = [one for _, one in scored[:LOOKED_AT]]
    places = _places(texts, {one.phrase for ones in best.values() for one in ones})
    return {label: _different(ones, places, most) for label, ones in best.items()}


def mutual_information(both: int, found: int, given: int, n: int) -> float:
    """How much two things that are there or not say of each other, in nats: both are in so many of n, one in `found`,
    the other in `given`."""
    cells = [
        (both, found, given),
        (found - both, found, n - given),
        (given - both, n - found, given),
        (n - found - given + both, n - found, n - given),
    ]
    return sum(here / n * math.log(here * n / (row * column)) for here, row, column in cells if here)


def _places(texts: Sequence[str], phrases: Collection[str]) -> dict[str, set[int]]:
    """The texts that each phrase is in."""
    places: dict[str, set[int]] = {phrase: set() for phrase in phrases}
    for place, text in enumerate(texts):
        for phrase in _phrases(text) & places.keys():
            places[phrase].add(place)
    return places


def _different(ranked: Sequence[Characteristic], places: Mapping[str, set[int]], most: int) -> list[Characteristic]:
    """Without those whose words are in a better one, or that have all of its words, or that find its texts."""
    kept: list[Characteristic] = []
    for one in ranked:
        if len(kept) == most:
            break
        words, mine = set(one.phrase.split()), places[one.phrase]
        others = [(set(two.phrase.split()), places[two.phrase]) for two in kept]
        if not any(words <= other or other <= words for other, _ in others) and not any(
            len(mine & theirs) >= ALIKE * len(mine) for _, theirs in others
        ):
            kept.append(one)
    return kept


def _phrases(text: str) -> set[str]:
    """Words of more than one letter, and pairs, that say what a text is about: neither begins or ends with a word that
    holds a sentence together."""
    words = words_in(text)[:WORDS]
    speaks = [word[0].isalnum() and word not in STOP_WORDS for word in words]
    pairs = {
        f"{a} {b}"
        for (a, b), both in zip(itertools.pairwise(words), itertools.pairwise(speaks), strict=True)
        if all(both)
    }
    return {word for word, alone in zip(words, speaks, strict=True) if alone and len(word) > 1} | pairs


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
