"""Reading items for rules: no more of their texts at once than a process may hold."""

from typing import Any

from sqlalchemy import Connection

from labeler.learning.features.text import text_of

CHARACTERS = 4_000_000
"""Of the texts that are read at once."""


def read_some(tx: Connection, statement: Any, most: int) -> tuple[list[Any], bool]:
    """The first rows, each with `content`, and whether those are all. most: rows that the statement gives at most."""
    found: list[Any] = []
    characters = 0
    for row in tx.execute(statement.execution_options(yield_per=200)):
        found.append(row)
        characters += len(text_of(row.content))
        if characters > CHARACTERS:
            return found, False
    return found, len(found) < most
