"""What may be in a JSON value that somebody sent: one set of rules for request bodies, items and rows of files.

A database can't store a NUL (PostgreSQL) or half a surrogate pair (any), and JSON has no NaN. Sizes and depth are the
sender's choice, so nothing here recurses.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

NUL = "holds a NUL character"
HALF = "holds half a character (a lone surrogate)"


@dataclass(frozen=True)
class Bounds:
    """How much a value may hold; None: any. text: characters of one text. entries: of one object.

    depth: levels; 1 is a value that is neither object nor list. plain: whether anything but JSON's kinds is refused;
    objects of Python's come from our own code only.
    """

    text: int | None = None
    entries: int | None = None
    depth: int = 64
    plain: bool = True


class Fault(NamedTuple):
    """What is wrong, and where: the names that lead there, with "/" between them."""

    where: str
    reason: str


def text_fault(text: str, most: int | None = None) -> str | None:
    """What is wrong with a text, or None."""
    if most is not None and len(text) > most:
        return f"has {len(text):,} characters, at most {most:,} are taken"
    if "\0" in text:
        return NUL
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return HALF
    return None


def fault(value: Any, bounds: Bounds, where: str = "") -> Fault | None:
    """The first thing that is wrong with a value, or None."""
    if isinstance(value, str):  # most values are texts
        found = text_fault(value, bounds.text)
        return None if found is None else Fault(where, found)
    waiting = [(where, value, 1)]
    while waiting:
        at, one, depth = waiting.pop()
        if depth > bounds.depth:
            return Fault(at, f"is nested deeper than {bounds.depth} levels")
        if isinstance(one, str):
            reason = text_fault(one, bounds.text)
        elif one is None or isinstance(one, bool):
            continue
        elif isinstance(one, dict):
            reason = _names_fault(one, bounds)
            if reason is None:
                waiting += [(f"{at}/{str(name)[:100]}", inner, depth + 1) for name, inner in _reversed(one)]
        elif isinstance(one, list):
            reason = f"is a list of more than {bounds.text:,}" if bounds.text and len(one) > bounds.text else None
            if reason is None:
                waiting += [(at, inner, depth + 1) for inner in reversed(one)]
        else:
            reason = _number_fault(one, bounds.plain)
        if reason is not None:
            return Fault(at, reason)
    return None


def _reversed(value: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    return reversed(value.items())


def _names_fault(value: dict[Any, Any], bounds: Bounds) -> str | None:
    if bounds.entries is not None and len(value) > bounds.entries:
        return f"has {len(value):,} entries, at most {bounds.entries:,} are taken"
    for name in value:
        if not isinstance(name, str):
            return "has a name that is not text"
        if (reason := text_fault(name, bounds.text)) is not None:
            return f"has a name that {reason}"
    return None


def _number_fault(value: Any, plain: bool) -> str | None:
    if isinstance(value, float):
        return None if math.isfinite(value) else "is not a finite number"
    if isinstance(value, int):
        return None if abs(value) < 2**63 else "is too large a whole number"
    return f"has a value of a kind that is not supported ({type(value).__name__})" if plain else None
