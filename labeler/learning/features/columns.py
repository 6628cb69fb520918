"""What the columns of a table hold, and how a cell is read as a number."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from labeler.contents import Content
from labeler.learning.errors import InvalidFeatures

KINDS = ("numeric", "boolean", "date", "categorical", "text")

MAX_TEXT_COLUMNS = 8
_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?"})
_TRUE = frozenset({"true", "yes"})
_FALSE = frozenset({"false", "no"})
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HUGE = 1e30
"""Blocks are float32: larger numbers are cut off here, so that sums of squares stay finite."""


@dataclass(frozen=True)
class Column:
    """A column of a table and how it is read: one of KINDS."""

    name: str
    kind: str

    def as_config(self) -> dict[str, str]:
        """As JSON takes it."""
        return {"name": self.name, "kind": self.kind}


def is_missing(value: Any) -> bool:
    """None, an empty string, NaN, and the usual ways to write them."""
    if value is None:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().lower() in _MISSING


def number_of(value: Any) -> float | None:
    """A cell as a finite number, or None when it is missing or no number. Infinity becomes +-1e30."""
    if is_missing(value):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    except OverflowError:
        number = _HUGE if value > 0 else -_HUGE
    return None if math.isnan(number) else max(-_HUGE, min(_HUGE, number))


def boolean_of(value: Any) -> float | None:
    """1.0, 0.0, or None when it is neither yes nor no."""
    word = str(value).strip().lower()
    return 1.0 if word in _TRUE else 0.0 if word in _FALSE else None


def days_of(value: Any) -> float | None:
    """An ISO date or time as days since 2000, or None when it is none."""
    try:
        if not isinstance(value, datetime | date):
            if not isinstance(value, str) or not _ISO_DATE.fullmatch(value.strip()):
                return None
            value = datetime.fromisoformat(value.strip())
        if not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return float((moment - _EPOCH).total_seconds() / 86_400)
    except (ValueError, OverflowError):
        return None


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
