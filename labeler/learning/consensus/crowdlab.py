"""People and a model together."""

from typing import NamedTuple

import numpy as np

from labeler.learning.consensus.base import Combined, Judgments, answer_method, fixed
from labeler.learning.consensus.majority import majority
from labeler.learning.numeric.types import Array

_LEAST = 1e-6


class Weighed(NamedTuple):
    """posterior: float (items, values), rows sum to 1; agreed: int (items,), the answers; people: float (people,), and
    model: how much a judgment of each weighs."""

    posterior: Array
    agreed: Array
    people: Array
    model: float


@answer_method("crowdlab", needs="proba")
def crowdlab(given: Judgments) -> Combined:
    """People and a model weighed by how far they are better than always saying the most frequent answer.

    The model's word is worth more the more judgments an item has on average, as the method was published. Without a
    model: majority; without judgments: the model. Source: Goh, Tkachenko and Mueller 2022, "CROWDLAB: Supervised
    learning to infer consensus labels and quality scores for data with multiple annotators".
    """
    if given.proba is None:
        return majority(given)
    if not len(given.items):
        return Combined(fixed(given.proba, given.gold))
    found, accuracy = weigh(given)
    return Combined(fixed(found.posterior, given.gold), accuracy)


def weigh(given: Judgments) -> tuple[Weighed, Array]:
    """With how much everybody weighs, and how often each person agrees with others: float (people,). It takes `proba`,
    and a judgment."""
    assert given.proba is not None
    counts = given.counts()
    per_item = counts.sum(axis=1)
    agreed = _most_frequent(counts, given.proba)
    agreement = _people(given, counts, per_item)
    first = _average(given, counts, per_item, agreed, agreement).posterior
    best = np.where(_ties(first), agreed, first.argmax(axis=1))
    return _average(given, counts, per_item, best, agreement), agreement


def _most_frequent(counts: Array, proba: Array) -> Array:
    """Ties are for the model to decide."""
    tied = np.isclose(counts, counts.max(axis=1, keepdims=True))
    return np.asarray(np.where(tied, proba, -1.0).argmax(axis=1))


def _ties(rows: Array) -> Array:
    return np.asarray(np.isclose(rows, rows.max(axis=1, keepdims=True), rtol=0, atol=1e-12).sum(axis=1) > 1)


def _people(given: Judgments, counts: Array, per_item: Array) -> Array:
    """How often each agrees with others, items with more judgments weighing more: float (people,)."""
    others = per_item[given.items] - 1
    n = np.bincount(given.people, others, given.shape.people)
    alike = np.bincount(given.people, counts[given.items, given.codes] - 1, given.shape.people)
    found = np.divide(alike, n, out=np.full(len(n), np.nan), where=n > 0)
    middle = np.nanmean(found) if (n > 0).any() else 1.0
    return np.where(np.isnan(found), middle, found)


def _average(given: Judgments, counts: Array, per_item: Array, agreed: Array, agreement: Array) -> Weighed:
    assert given.proba is not None
    values = given.shape.values
    several = per_item > 1
    if not several.any():
        several = per_item > 0
    share = counts[np.arange(len(agreed)), agreed] / np.maximum(per_item, 1)
    likely = share[several].mean() if several.any() else 1.0
    unlikely = (1 - likely) / max(values - 1, 1)
    most = np.bincount(agreed[several], minlength=values).argmax()
    by_default = max(float((agreed[several] != most).mean()) if several.any() else 1.0, _LEAST)
    own = np.maximum(1 - (1 - agreement) / by_default, _LEAST)
    wrong = (given.proba[several].argmax(axis=1) != agreed[several]).mean() if several.any() else 0.0
    model = max(1 - wrong / by_default, _LEAST) * np.sqrt(per_item.mean())
    places = given.items * values + given.codes
    on_value = np.bincount(places, own[given.people], counts.size).reshape(counts.shape)
    whole = on_value.sum(axis=1, keepdims=True)
    found = given.proba * model + on_value * likely + (whole - on_value) * unlikely
    return Weighed(found / found.sum(axis=1, keepdims=True), agreed, own, float(model))
