"""What the columns of a table hold, and how a cell is read as a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labeler.contents import Content
from labeler.learning.errors import InvalidFeatures
from labeler.learning.features.cells import boolean_of, days_of, is_missing, number_of

KINDS = ("numeric", "boolean", "date", "categorical", "text")

MAX_TEXT_COLUMNS = 8


@dataclass(frozen=True)
class Column:
    """A column of a table and how it is read: one of KINDS."""

    name: str
    kind: str

    def as_config(self) -> dict[str, str]:
        """As JSON takes it."""
        return {"name": self.name, "kind": self.kind}


def infer_columns(sample: Sequence[Content]) -> list[Column]:
    """The columns of table rows and their kinds, in the order of their first occurrence.

    A column is what 95 % of its present values are: yes/no, a number, an ISO date; else free text when its
    values are long or have many words, else a category. Columns without any value are categories.
    Raises InvalidFeatures when the rows have no columns at all.
    """
    values: dict[str, list[Any]] = {}
    for content in sample:
        for name, value in (content.get("fields") or {}).items():
            values.setdefault(str(name), []).append(value)
    if not values:
        raise InvalidFeatures("the rows have no columns")
    columns: list[Column] = []
    texts = 0
    for name, cells in values.items():
        kind = _kind([cell for cell in cells if not is_missing(cell)])
        texts += kind == "text"
        columns.append(Column(name, "categorical" if kind == "text" and texts > MAX_TEXT_COLUMNS else kind))
    return columns


def _kind(present: list[Any]) -> str:
    if not present:
        return "categorical"
    enough = 0.95 * len(present)
    if sum(boolean_of(cell) is not None for cell in present) >= enough:
        return "boolean"
    if sum(number_of(cell) is not None for cell in present) >= enough:
        return "numeric"
    if sum(days_of(cell) is not None for cell in present) >= enough:
        return "date"
    words = [len(str(cell).split()) for cell in present]
    distinct = len({str(cell) for cell in present}) / len(present)
    longest = max(len(str(cell)) for cell in present)
    if sum(words) / len(words) >= 4 or (longest > 40 and distinct > 0.5):
        return "text"
    return "categorical"
