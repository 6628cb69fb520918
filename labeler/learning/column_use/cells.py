"""A column's cells as they are compared: what kind it is, as numbers, and as codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labeler.contents import Content, cells_of
from labeler.learning.features.cells import days_of, is_missing, number_of
from labeler.learning.features.columns import infer_columns
from labeler.learning.numeric.types import Array

MOST_BINS = 10


@dataclass(frozen=True)
class Cells:
    """A column of a sample of items. kind: as features are made of it; values: (items,), as they came; there: bool
    (items,)."""

    name: str
    kind: str
    values: Sequence[Any]
    there: Array

    @property
    def numbers(self) -> Array | None:
        """float (items,), NaN where there is none; dates in days. None for other kinds."""
        read = {"numeric": number_of, "date": days_of}.get(self.kind)
        if read is None:
            return None
        found = [read(value) for value in self.values]
        return np.array([np.nan if one is None else one for one in found], dtype=np.float64)

    @property
    def words(self) -> list[str]:
        return ["" if is_missing(value) else str(value).strip() for value in self.values]

    @property
    def codes(self) -> Array:
        """int (items,): the same code, the same value, numbers in at most ten parts of like size; -1 where there is
        none."""
        numbers = self.numbers
        if numbers is None:
            found = np.unique(np.array(self.words, dtype=np.str_), return_inverse=True)[1]
        else:
            known = numbers[~np.isnan(numbers)]
            distinct = np.unique(known)
            if len(distinct) > MOST_BINS:
                edges = np.unique(np.quantile(known, np.linspace(0, 1, MOST_BINS + 1)[1:-1]))
                found = np.searchsorted(edges, np.nan_to_num(numbers), side="right")
            else:
                found = np.searchsorted(distinct, np.nan_to_num(numbers))
        return np.asarray(np.where(self.there, found, -1), dtype=np.int64)


def columns_of(contents: Sequence[Content]) -> list[Cells]:
    """The columns of these items, in the order in which they come up; none for content that is one piece."""
    rows = [cells_of(content) for content in contents]
    if not any(rows):
        return []
    found = []
    for column in infer_columns([{"fields": row} for row in rows]):
        values = [row.get(column.name) for row in rows]
        there = np.array([not is_missing(value) for value in values], dtype=bool)
        if (numbers := Cells(column.name, column.kind, values, there).numbers) is not None:
            there &= ~np.isnan(numbers)
        found.append(Cells(column.name, column.kind, values, there))
    return found
