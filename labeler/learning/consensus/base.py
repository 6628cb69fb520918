"""What a method of answering takes and gives, and the methods by name.

Judgments are of single labels, as codes; sets of labels are asked about label by label (`sets.py`). Methods for numbers
take `numbers.Ratings`. SciPy is imported where it is used: the service lists methods without it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np

from labeler.learning.errors import UnknownName
from labeler.learning.numeric.types import Array
from labeler.plugins import Registry

MOST_CONFUSIONS = 20_000_000
"""Numbers in the tables of who takes what for what: 160 MB. Beyond, labelers have an accuracy alone."""


class Shape(NamedTuple):
    """How many there are of each."""

    items: int
    people: int
    values: int


@dataclass(frozen=True)
class Judgments:
    """What was said, one entry a judgment; all numbered from 0.

    items, people, codes: int (n,), which item, whose, and which value. gold: int (items,), the answer of an item that
    is known, -1 where it is not; None: of none. proba: float (items, values), what a model says that has not learned
    from these judgments; None: there is no model.
    """

    items: Array
    people: Array
    codes: Array
    shape: Shape
    gold: Array | None = None
    proba: Array | None = None

    @property
    def known(self) -> Array:
        """Positions of the items whose answer is known."""
        return np.flatnonzero(self.gold >= 0) if self.gold is not None else np.zeros(0, dtype=np.int64)

    def counts(self) -> Array:
        """How often each value was given to each item: float (items, values)."""
        places = self.items * self.shape.values + self.codes
        found = np.bincount(places, minlength=self.shape.items * self.shape.values)
        return found.reshape(self.shape.items, self.shape.values).astype(np.float64)

    def only(self, some: Array) -> "Judgments":
        """some: bool (n,), or positions."""
        return replace(self, items=self.items[some], people=self.people[some], codes=self.codes[some])

    def without_gold(self) -> "Judgments":
        return replace(self, gold=None)


@dataclass(frozen=True)
class Combined:
    """What judgments come to. posterior: float (items, values), rows sum to 1; accuracy: float (people,), how often
    each is right, None where the method does not ask; confusion: float (people, values, values), the chance that
    they say the last when the one before is right, None where it is not estimated."""

    posterior: Array
    accuracy: Array | None = None
    confusion: Array | None = None


Function = TypeVar("Function", bound=Callable[[Any], Any])
LABELS, NUMBERS = "labels", "numbers"


@dataclass(frozen=True)
class Method:
    """kind: LABELS, of `Judgments` to `Combined`; NUMBERS, of `numbers.Ratings` to `numbers.Middle`. needs: "gold",
    "proba" or nothing: what there must be for it to differ from the others."""

    name: str
    summary: str
    function: Callable[[Any], Any]
    kind: str = LABELS
    needs: str | None = None


registry: Registry[Method] = Registry("answer method", "consensus", "labeler.learning.consensus", UnknownName)


def answer_method(name: str, *, kind: str = LABELS, needs: str | None = None) -> Callable[[Function], Function]:
    """Register a method under a name; the first line of its docstring describes it."""

    def register(function: Function) -> Function:
        summary = (function.__doc__ or "").strip().split("\n")[0]
        registry.add(name, Method(name, summary, function, kind, needs))
        return function

    return register


def find(name: str) -> Method:
    """Raises `UnknownName`, which lists the methods there are."""
    return registry.find(name)


def methods_of(kind: str) -> list[Method]:
    """All methods for labels, or for numbers."""
    return [one for one in registry if one.kind == kind]


def normalized(logs: Array) -> Array:
    """Rows of logarithms to rows that sum to 1."""
    found = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True), dtype=np.float64)


def fixed(posterior: Array, gold: Array | None) -> Array:
    """The same, with what is known of gold items."""
    if gold is None or not (gold >= 0).any():
        return posterior
    known = np.flatnonzero(gold >= 0)
    posterior = posterior.copy()
    posterior[known] = 0.0
    posterior[known, gold[known]] = 1.0
    return posterior
