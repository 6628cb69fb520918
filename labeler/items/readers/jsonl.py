"""JSON Lines: one object per line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from labeler.items.readers.lines import Lines, LineTooLong, open_text
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, cell_problem, reader


def looks_like_jsonl(head: Head) -> Detected | None:
    """It starts with an object, on a line of its own. Raises FileRefused for other JSON."""
    start = head.text.lstrip()[:2000]
    if re.match(r"\[\s*[\[{\]]", start):
        raise FileRefused("the file looks like one JSON array; write it as JSON Lines, one object per line")
    if re.match(r"\{[ \t]*\r?\n", start):
        raise FileRefused("the file looks like one JSON object over many lines; write one object per line")
    return Detected("jsonl", head.encoding, None, head.warnings) if start.startswith("{") else None


@reader(
    "jsonl",
    title="JSON Lines (one object per line)",
    endings=(".jsonl", ".ndjson"),
    matches=looks_like_jsonl,
    same_columns=False,
)
def read_jsonl(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows as their objects. NaN and Infinity are not JSON: such a row is refused."""
    with open_text(path, detected.encoding or "utf-8") as file:
        lines = Lines(file, limits.max_line)
        number = 0
        while True:
            lines.begin()
            try:
                line = next(lines)
            except StopIteration:
                return
            except LineTooLong:
                number += 1
                yield BadRow(number, None, f"the line is longer than {limits.max_line} characters")
                continue
            if not line.isspace():
                number += 1
                yield _row(number, line, limits)


def _row(number: int, line: str, limits: Limits) -> Row | BadRow:
    try:
        value: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return BadRow(number, None, f"is not valid JSON: {str(error)[:200]}")
    if not isinstance(value, dict):
        return BadRow(number, None, "is not a JSON object")
    if len(value) > limits.max_columns:
        return BadRow(number, None, f"has {len(value)} fields, at most {limits.max_columns} are taken")
    for name, cell in value.items():
        if cell_problem(name, limits) is not None:
            return BadRow(number, None, "the name of a field is too long or holds a NUL character")
        if (problem := cell_problem(cell, limits)) is not None:
            return BadRow(number, name, f'"{name}" {problem}')
    return Row(number, value)
