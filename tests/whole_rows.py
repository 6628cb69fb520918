"""Rows of files for somebody who asks for every column."""

from labeler.items.readers import BadRow, Row


def whole(row: Row | BadRow) -> Row | BadRow:
    """The row, if each of its cells can be taken, or what is said of the first that can't."""
    for name, problem in ((isinstance(row, Row) and row.bad) or {}).items():
        return BadRow(row.number, name, f'"{name}" {problem}')
    return row
