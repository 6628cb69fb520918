"""Cells that can't be taken: they cost their row only where they are asked for."""

from collections.abc import Sequence

from labeler.imports.entry import asked_for
from labeler.imports.guess import is_named_text
from labeler.items.readers import BadRow, Row
from labeler.wire.imports import ImportMapping


def unreadable(rows: Sequence[Row | BadRow]) -> dict[str, str]:
    """Columns of which no cell can be taken, and what is wrong with the first: a guess leaves them out. Not those that
    are named like a text: each row without it is told."""
    found = [row.bad or {} for row in rows if isinstance(row, Row)]
    first = found[0] if found else {}
    return {
        name: problem
        for name, problem in first.items()
        if not is_named_text(name) and all(name in bad for bad in found)
    }


def warnings(rows: Sequence[Row | BadRow], mapping: ImportMapping) -> list[str]:
    """The rows of which something can't be taken, as one says it."""
    found = []
    for row in rows:
        if isinstance(row, BadRow):
            found.append(f"row {row.number}: {row.reason}")
        elif row.bad and (problem := asked_for(row.bad, mapping)) is not None:
            found.append(f"row {row.number}: {problem[1]}")
    return found
