"""JSON Lines: one object per line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from labeler.items.readers.json import looks_like_json
from labeler.items.readers.json_rows import object_rows
from labeler.items.readers.json_values import Unreadable, count_names, decode
from labeler.items.readers.lines import Lines, open_text
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader
from labeler.items.readers.text_lines import first_lines, numbered_lines

_LOOKED_AT = 20
_LONG = re.compile("[0-9]{19}")
"""A number that orjson may not keep as it is written."""


def looks_like_jsonl(head: Head) -> Detected | None:
    """One of the first lines is an object. Raises FileRefused for JSON that can't be read."""
    start = head.text.lstrip()
    if not start.startswith("{"):
        return None
    if head.complete and "\n" not in start.strip() and looks_like_json(head) is not None:
        return None
    lines = first_lines(start, _LOOKED_AT)
    if any(isinstance(_loads(line), dict) for line in lines) or (len(lines) == 1 and not head.complete):
        return Detected("jsonl", head.encoding, None, head.warnings)
    if re.match(r"\{\s*[\"}]", start):
        raise FileRefused("the file looks like JSON, but no line of it is an object, and as a whole it can't be read")
    return None


@reader(
    "jsonl",
    title="JSON Lines (one object per line)",
    endings=(".jsonl", ".ndjson"),
    matches=looks_like_jsonl,
    same_columns=False,
)
def read_jsonl(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows as their objects. NaN is missing, Infinity refused; whole numbers beyond 64 bits become text."""
    row = object_rows(limits)
    with open_text(path, detected.encoding or "utf-8") as file:
        for number, line in enumerate(numbered_lines(Lines(file, limits.max_line)), start=1):
            if line is None:
                yield BadRow(number, None, f"the line is longer than {limits.max_line:,} characters")
            else:
                yield row(number, _loads(line))


def _loads(line: str) -> Any:
    if _LONG.search(line) is None:
        try:
            value = orjson.loads(line)
            if line.count('":') <= count_names(value):
                return value
        except orjson.JSONDecodeError:
            pass
    try:
        return decode(line)
    except ValueError as error:
        return Unreadable(f"is not valid JSON: {str(error)[:200]}")
