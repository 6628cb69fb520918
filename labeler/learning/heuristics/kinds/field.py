"""A single field of a table row, or of the metadata."""

import math
from collections.abc import Callable
from typing import Any

from labeler.learning.errors import InvalidRule
from labeler.learning.heuristics.registry import Condition, Matcher, heuristic
from labeler.learning.heuristics.seen import READ, Seen


@heuristic("field", takes=("field", "op", "pattern"))
def field(condition: Condition) -> Matcher:
    """A field of the row or the metadata equals or contains something, or is above or below a number.

    Upper and lower case are alike; of a list, one entry is enough.
    """
    name, wanted = condition.field or "", condition.pattern or ""
    if condition.op not in OPS:
        raise InvalidRule("op", f"is unknown: expected one of {', '.join(OPS)}")
    if condition.op in ("above", "below") and _number(wanted) is None:
        raise InvalidRule("pattern", f'is no number, and nothing is "{condition.op}" it')
    holds = OPS[condition.op](wanted)

    def matches(item: Seen) -> bool:
        found = item.field(name)
        return any(map(holds, found)) if isinstance(found, list) else found is not None and holds(found)

    return matches


def _text(value: Any) -> str:
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return written[:READ].strip().casefold()


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _equals(wanted: str) -> Callable[[Any], bool]:
    text, number = _text(wanted), _number(wanted)
    return lambda value: _text(value) == text or (number is not None and _number(value) == number)


def _contains(wanted: str) -> Callable[[Any], bool]:
    text = _text(wanted)
    return lambda value: text in _text(value)


def _above(wanted: str) -> Callable[[Any], bool]:
    bound = _number(wanted) or 0.0
    return lambda value: (number := _number(value)) is not None and number > bound


def _below(wanted: str) -> Callable[[Any], bool]:
    bound = _number(wanted) or 0.0
    return lambda value: (number := _number(value)) is not None and number < bound


OPS = {"equals": _equals, "contains": _contains, "above": _above, "below": _below}
