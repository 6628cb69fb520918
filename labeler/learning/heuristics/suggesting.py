"""Words that tell a label from others: rules that somebody could write, found in what was answered."""

import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from labeler.learning.evaluation.intervals import wilson
from labeler.learning.keywords import words_in

WORDS = 1_000
"""Of each text."""
LEAST = 5
"""Texts that a word must be in."""
GAIN = 2.0
"""The odds of the label where the word is, over its odds elsewhere, at the lower end of the interval."""


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

    Ranked by the lower end of the interval of how often they are right, times the share of the label's texts that they
    find, so that neither a rare certainty nor a common triviality comes first.
    """
    frequent = Counter(label for given in labels for label in set(given))
    found: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for text, given in zip(texts, labels, strict=True):
        phrases = _phrases(text)
        found.update(phrases)
        together.update((phrase, label) for phrase in phrases for label in set(given))
    unwanted, chosen = {" ".join(words_in(one)) for one in known}, dict[str, list[Characteristic]]()
    ranked: dict[str, list[tuple[float, Characteristic]]] = {label: [] for label in frequent}
    for (phrase, label), right in together.items():
        n = found[phrase]
        if n < LEAST or 2 * right <= n or phrase in unwanted:
            continue
        low, _ = wilson(right, n)
        if _odds(low) > GAIN * _odds(frequent[label] / len(texts)):
            score = low * (right / frequent[label]) ** 0.5
            ranked[label].append((score, Characteristic(phrase, label, n, right)))
    for label, scored in ranked.items():
        scored.sort(key=lambda one: (-one[0], len(one[1].phrase), one[1].phrase))
        chosen[label] = _different([one for _, one in scored], most)
    return chosen


def _different(ranked: Sequence[Characteristic], most: int) -> list[Characteristic]:
    """Without those whose words are in a better one, or that have all of its words."""
    kept: list[Characteristic] = []
    for one in ranked:
        words = set(one.phrase.split())
        if len(kept) < most and not any(words <= (other := set(two.phrase.split())) or other <= words for two in kept):
            kept.append(one)
    return kept


def _phrases(text: str) -> set[str]:
    words = words_in(text)[:WORDS]
    said = [word for word in words if word[0].isalnum()]
    pairs = {f"{a} {b}" for a, b in itertools.pairwise(words) if a[0].isalnum() and b[0].isalnum()}
    return {word for word in said if len(word) > 1} | pairs


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
