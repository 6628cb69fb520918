"""How a cell of a table is read: as a number, yes or no, a date, or as nothing.

Stands on nothing else here, so that a model that was taken along can bring it.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "?"})
_TRUE = frozenset({"true", "yes"})
_FALSE = frozenset({"false", "no"})
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_HUGE = 1e30
"""Blocks are float32: larger numbers are cut off here, so that sums of squares stay finite."""


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


READ: Mapping[str, Callable[[Any], float | None]] = {"numeric": number_of, "boolean": boolean_of, "date": days_of}
"""How the cells of a column become numbers, by the column's kind."""
