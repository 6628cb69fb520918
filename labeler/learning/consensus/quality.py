"""How often each labeler is right, and how sure that is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from labeler.learning.consensus.base import Combined, Judgments, normalized
from labeler.learning.numeric.types import Array

_GRID = np.linspace(0.005, 0.995, 100)
_PART = 200_000
_PRIOR = 2.0  # judgments
_BOUNDS = (0.025, 0.975)


@dataclass(frozen=True)
class Qualities:
    """Each (people,): the accuracy with its 95 % interval, and on how many items it rests: those that others judged,
    too, or that are gold. Where that is 0, accuracy says nothing (the interval is nearly all there is)."""

    accuracy: Array
    low: Array
    high: Array
    items: Array
    gold: Array


def qualities(given: Judgments, found: Combined, took_part: Array | None = None) -> Qualities:
    """What the answers say of those who gave them. found: what a method made of the judgments that `took_part` (bool
    (n,), None: all), with the accuracies it used.

    Each judgment is held against what the others make of the item, as sure as they are; of a gold item against its
    answer. The likelihood of every accuracy from 0 to 1 is multiplied up, with a weak prior at the middle of all. So
    the interval knows that others are not always right, and is wide where they disagree.
    """
    from scipy import sparse

    people = given.shape.people
    n, gold = np.zeros(people), np.zeros(people)
    logs = np.zeros((people, len(_GRID)))
    is_gold = given.gold >= 0 if given.gold is not None else np.zeros(given.shape.items, dtype=bool)
    took_part = np.ones(len(given.items), dtype=bool) if took_part is None else took_part
    per_item = np.bincount(given.items[took_part], minlength=given.shape.items)
    told = np.flatnonzero((per_item[given.items] > took_part) | is_gold[given.items])
    for rows in _parts(told):
        who = given.people[rows]
        right = _right(given, found, rows, is_gold, took_part[rows])
        wrong = (1 - right) / max(given.shape.values - 1, 1)
        chance = np.log(wrong[:, None] + (right - wrong)[:, None] * _GRID[None, :])
        by_person = sparse.csr_array((np.ones(len(rows)), (who, np.arange(len(rows)))), shape=(people, len(rows)))
        logs += by_person @ chance
        n += np.bincount(who, minlength=people)
        gold += np.bincount(who, is_gold[given.items[rows]], people)
    return _summed(logs, n, gold)


def _parts(told: Array) -> Iterator[Array]:
    for start in range(0, len(told), _PART):
        yield told[start : start + _PART]


def _right(given: Judgments, found: Combined, rows: Array, is_gold: Array, took_part: Array) -> Array:
    """How likely each of these judgments is right by what the others say: float (rows,)."""
    items, who, codes = given.items[rows], given.people[rows], given.codes[rows]
    logs = np.log(np.maximum(found.posterior[items], 1e-300))
    if found.confusion is not None:
        own = np.log(found.confusion[who, :, codes])
    else:
        accuracy = np.clip(_accuracy(given, found)[who], 0.01, 0.99)
        own = np.zeros_like(logs)
        own[np.arange(len(rows)), codes] = np.log(accuracy * max(given.shape.values - 1, 1) / (1 - accuracy))
    logs -= np.where(took_part[:, None], own, 0.0)
    right = normalized(logs)[np.arange(len(rows)), codes]
    if given.gold is not None:
        right = np.where(is_gold[items], given.gold[items] == codes, right)
    return np.clip(right, 1e-9, 1 - 1e-9)


def _accuracy(given: Judgments, found: Combined) -> Array:
    return found.accuracy if found.accuracy is not None else np.full(given.shape.people, 0.8)


def _summed(logs: Array, n: Array, gold: Array) -> Qualities:
    mass = np.exp(logs - logs.max(axis=1, keepdims=True))
    middle = float(np.clip((mass @ _GRID / mass.sum(axis=1))[n > 0].mean(), 0.5, 0.95)) if (n > 0).any() else 0.8
    prior = _GRID ** (_PRIOR * middle) * (1 - _GRID) ** (_PRIOR * (1 - middle))
    mass = mass * prior
    mass /= mass.sum(axis=1, keepdims=True)
    below = np.cumsum(mass, axis=1)
    low, high = (_GRID[(below >= bound).argmax(axis=1)] for bound in _BOUNDS)
    return Qualities(mass @ _GRID, low, high, n.astype(np.int64), gold.astype(np.int64))


def mixed_up(given: Judgments, posterior: Array, most: int = 5) -> list[list[tuple[int, int, float]]]:
    """For each person the errors they likely made most: (the answer, what they said instead, how often).

    Only items that others judged, too, or that are gold tell of errors: of any other, one's own word is all there is.
    """
    from scipy import sparse

    _, people, values = given.shape
    judged = np.bincount(given.items, minlength=given.shape.items) > 1
    judged[given.known] = True
    given = given.only(judged[given.items])
    told = given.people * values + given.codes
    n = len(given.items)
    sums = sparse.csr_array((np.ones(n), (told, np.arange(n))), shape=(people * values, n)) @ posterior[given.items]
    found: list[list[tuple[int, int, float]]] = []
    for person in range(people):
        table = sums[person * values : (person + 1) * values].copy()
        np.fill_diagonal(table, 0.0)
        order = np.argsort(-table, axis=None)[:most]
        places = [divmod(int(place), values) for place in order]
        found.append([(truth, said, float(table[said, truth])) for said, truth in places if table[said, truth] >= 0.5])
    return found
