"""What rules come to beside each other: how much they cover, overlap and contradict."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.learning.numeric.types import Array
from labeler.tasks import TaskType


@dataclass(frozen=True)
class Counts:
    """By rule: items of which it speaks; of these, where another one speaks, too; and where another one says
    otherwise. All int64 (rules,)."""

    hits: Array
    overlap: Array
    conflict: Array

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.hits + other.hits, self.overlap + other.overlap, self.conflict + other.conflict)

    @classmethod
    def none(cls, rules: int) -> "Counts":
        return cls(*(np.zeros(rules, dtype=np.int64) for _ in range(3)))


def count_votes(items: Array, rules: Array, sides: Array) -> Counts:
    """items, rules: int64 (votes,), which rule spoke of which item; sides: int64 (rules,), what each rule says, equal
    numbers where both can be true of one item."""
    n = len(sides)
    _, place = np.unique(items, return_inverse=True)
    voters = np.bincount(place)
    said = np.unique(np.stack([place, sides[rules]]), axis=1)
    opinions = np.bincount(said[0], minlength=len(voters))
    return Counts(
        hits=np.bincount(rules, minlength=n),
        overlap=np.bincount(rules[voters[place] > 1], minlength=n),
        conflict=np.bincount(rules[opinions[place] > 1], minlength=n),
    )


def side_of(task: TaskType[Any], value: Any) -> str:
    """What a rule's value stands for: values of the same side can be true of one item. Of sets, every two that name
    something can."""
    if task.level == "sets":
        return "some" if task.labels_in(value) else "none"
    return task.dump(value)


def is_right(task: TaskType[Any], said: Any, answer: Any) -> bool:
    """Whether a rule that says this is right of an item with this answer. A set names what a rule is sure of: the
    answer may hold more."""
    named = set(task.labels_in(said)) if task.level == "sets" else set()
    return named <= set(task.labels_in(answer)) if named else task.dump(said) == task.dump(answer)
