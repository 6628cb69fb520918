"""A JSON object as a row."""

import math
from typing import Any

from labeler.items.readers.json_values import Unreadable
from labeler.items.readers.registry import BadRow, Limits, Row, cell_problem

INFINITE = "is infinite, and no number that can be kept: write null, or leave the field out"


def object_row(number: int, value: Any, limits: Limits) -> Row | BadRow:
    """The row, or the first thing that is wrong with it."""
    if not isinstance(value, dict):
        return BadRow(number, None, value.reason if isinstance(value, Unreadable) else "is not a JSON object")
    if len(value) > limits.max_columns:
        return BadRow(number, None, f"has {len(value)} fields, at most {limits.max_columns} are taken")
    for name, cell in value.items():
        if cell_problem(name, limits) is not None:
            return BadRow(number, None, "the name of a field is too long or holds a NUL character")
        kind = type(cell)
        if kind is float:
            problem = INFINITE if math.isinf(cell) else None
        elif kind is str or kind is dict or kind is list:
            problem = cell_problem(cell, limits)
        else:
            continue
        if problem is not None:
            return BadRow(number, name, f'"{name}" {problem}')
    return Row(number, value)
