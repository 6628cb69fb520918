"""Rows a portion at a time: so many at most, and not more than so many characters, however long their cells are."""

from collections.abc import Iterator
from typing import Any

from labeler.items.readers.registry import BadRow, Row


def portion(rows: Iterator[Row | BadRow], most: int, characters: int) -> list[Row | BadRow]:
    """The next rows of `rows`; none where it ends. The last one may go over the bound."""
    found: list[Row | BadRow] = []
    held = 0
    while len(found) < most and held < characters:
        row = next(rows, None)
        if row is None:
            break
        found.append(row)
        if isinstance(row, Row):
            for value in row.values.values():
                held += len(value) if type(value) is str else weight(value)
    return found


def weight(value: Any) -> int:
    """About how many characters a value holds."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(len(inner) if isinstance(inner, str) else weight(inner) for inner in value.values())
    return sum(map(weight, value)) if isinstance(value, list) else 8
