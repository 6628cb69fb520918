"""A JSON object as a row."""

import math
from collections.abc import Callable
from typing import Any

from labeler.items.readers.json_values import Twice, Unreadable
from labeler.items.readers.registry import BadRow, Limits, Row, cell_problem, row_of

INFINITE = "is infinite, and no number that can be kept: write null, or leave the field out"
_NAMES = 10_000


def object_rows(limits: Limits) -> Callable[[int, Any], Row | BadRow]:
    """What makes a row of its number and an object, or says the first thing that is wrong with it.

    Names of fields are looked at when they are new: most files have few.
    """
    known: set[str] = set()
    most = limits.max_cell

    def row(number: int, value: Any) -> Row | BadRow:
        if not isinstance(value, dict):
            return BadRow(number, None, value.reason if isinstance(value, Unreadable) else "is not a JSON object")
        if len(value) > limits.max_columns:
            return BadRow(number, None, f"has {len(value)} fields, at most {limits.max_columns} are taken")
        if not known.issuperset(value):
            if any(cell_problem(name, limits) is not None for name in value):
                return BadRow(number, None, "the name of a field is too long or holds a NUL character")
            if len(known) < _NAMES:
                known.update(value)
        bad: dict[str, str] | None = None
        for name, cell in value.items():
            kind = type(cell)
            if kind is str:
                if len(cell) <= most and cell.isascii() and "\0" not in cell:  # as most are
                    continue
                problem = cell_problem(cell, limits)
            elif kind is float:
                problem = INFINITE if math.isinf(cell) else None
            elif kind is dict or kind is list:
                problem = cell_problem(cell, limits)
            else:
                continue
            if problem is not None:
                bad = {**(bad or {}), name: problem}
        if isinstance(value, Twice):
            note = f'the field "{value.name[:100]}" is there twice: the later one is taken'
            return row_of(number, dict(value), bad, note)
        return row_of(number, value, bad)

    return row
