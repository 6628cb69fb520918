"""Sets of labels: each label is a question of its own, whether it is in the answer or not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeler.learning.consensus.base import Judgments, Shape
from labeler.learning.numeric.types import Array


@dataclass(frozen=True)
class Said:
    """items, people: int (n,), one entry a judgment; holds: bool (n, labels), the labels in it. gold: int (items,
    labels), 1 in, 0 out, -1 unknown; None: of none."""

    items: Array
    people: Array
    holds: Array
    shape: Shape
    gold: Array | None = None

    def of(self, label: int) -> Judgments:
        """Whether this label is in the answer."""
        gold = None if self.gold is None else self.gold[:, label]
        shape = self.shape._replace(values=2)
        return Judgments(self.items, self.people, self.holds[:, label].astype(np.int64), shape, gold)


def whole_set(sure: Sequence[float]) -> tuple[list[int], float]:
    """The labels that are likelier in than out, and how likely that is exactly the answer, label by label."""
    held = np.asarray(sure, dtype=np.float64)
    return np.flatnonzero(held > 0.5).tolist(), float(np.where(held > 0.5, held, 1 - held).prod())
