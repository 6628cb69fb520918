"""JSON: an array of objects, an object that holds one such array, or objects one behind the other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from labeler.items.readers.json_rows import object_rows
from labeler.items.readers.json_values import Buffer, NotFinished, Unreadable, array, decode_at
from labeler.items.readers.lines import open_text
from labeler.items.readers.registry import BadRow, Detected, FileRefused, Head, Limits, Row, reader

_CONTENT = ("data", "fields")
"""An object with a text, or with an object of such a name, is a row itself, whatever lists it holds."""
_USUAL = frozenset(("data", "items", "rows", "records", "examples", "results", "documents", "texts"))
_MEMBER = re.compile(r'\s*[{,]\s*("[^"\\]*+(?:\\.[^"\\]*+)*+")\s*:\s*')


def looks_like_json(head: Head) -> Detected | None:
    """An array of objects or texts, or an object over more than one line. Raises FileRefused for other JSON."""
    text = head.text.lstrip()
    found = Detected("json", head.encoding, None, head.warnings)
    if text.startswith("["):
        start = text[1:].lstrip()[:1]
        if start == "[" and _is_json(text):
            raise FileRefused("the file looks like a JSON list of lists; write a list of objects, or CSV")
        return found if start == "{" or (start in '"]' and _is_json(text)) else None
    return _of_object(text, head, found) if text.startswith("{") else None


def _of_object(text: str, head: Head, found: Detected) -> Detected | None:
    try:
        value, end = decode_at(text, 0)
    except ValueError as error:
        cut = isinstance(error, json.JSONDecodeError) and not head.complete
        name = _list_that_goes_on(text) if cut else None
        return None if name is None else _within(found, name)
    alone = head.complete and not text[end:].strip()
    if not alone:
        next_line = text[end:].split("\n", 1)[0].strip() == ""
        lines = next_line and "\n" not in text[:end] and head.hints.format is None
        return None if lines else found
    lists = [name for name, one in value.items() if _is_list_of_objects(one)]
    if not lists or _is_item(value):
        if _is_table_of_objects(list(value.values())):
            raise FileRefused(
                "the file looks like one JSON object with an object for each column or key; write a list of objects "
                '(pandas: to_json(orient="records"))'
            )
        if _is_table_of_lists(value):
            raise FileRefused(
                "the file looks like one JSON object with a list for each column; write a list of objects "
                '(pandas: to_json(orient="records"))'
            )
        return found if "\n" in text[:end] else None
    lists = [name for name in lists if name in _USUAL] if len(lists) > 1 and _USUAL & set(lists) else lists
    if len(lists) > 1:
        named = ", ".join(f'"{name}"' for name in lists[:10])
        raise FileRefused(f"the file holds several lists of objects ({named}); write the one with the rows alone")
    return _within(found, lists[0])


def _within(found: Detected, name: str) -> Detected:
    note = f'the rows are the list "{name[:100]}" of the file; what is beside it is left out'
    return Detected(found.format, found.encoding, None, (*found.warnings, note), part=name)


def _list_that_goes_on(text: str) -> str | None:
    """The name of the list of objects that goes over the end of this text, in an object that is no row itself."""
    at = 0
    while (member := _MEMBER.match(text, at)) is not None:
        name = json.loads(member[1])
        try:
            value, at = decode_at(text, member.end())
        except ValueError:
            return name if re.compile(r"\[\s*\{").match(text, member.end()) else None
        if _is_item({name: value}):
            return None
    return None


def _is_item(value: dict[str, Any]) -> bool:
    return "text" in value or any(isinstance(value.get(name), dict) for name in _CONTENT)


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _is_table_of_objects(values: list[Any]) -> bool:
    first = values[0] if values else None
    alike = isinstance(first, dict) and all(isinstance(one, dict) and one.keys() == first.keys() for one in values)
    return alike and len(values) > 1 and bool(first)


def _is_table_of_lists(value: dict[str, Any]) -> bool:
    """Whether an object holds columns, or rows as lists with their names beside them."""
    columns = list(value.values())
    if not all(isinstance(one, list) for one in columns) or len(columns) < 2:
        return False
    named = {"columns", "data"} <= value.keys() and all(isinstance(one, list) for one in value["data"])
    alike = len(columns[0]) > 1 and all(len(one) == len(columns[0]) for one in columns)
    return bool(named or (alike and all(isinstance(one, str) for one in columns[0])))


def _is_json(text: str) -> bool:
    try:
        decode_at(text, 0)
    except json.JSONDecodeError as error:
        return error.pos > len(text) - 20 or error.msg.startswith("Unterminated")
    except ValueError:
        return False
    return True


@reader(
    "json",
    title="JSON",
    endings=(".json",),
    matches=looks_like_json,
    same_columns=False,
    count=lambda path: 0,
)
def read_json(path: Path, detected: Detected, limits: Limits) -> Iterator[Row | BadRow]:
    """Rows as their objects, one at a time. NaN is missing, Infinity refused; whole numbers beyond 64 bits become text.

    Each text of an array of texts is a row with a "text".
    """
    row, number = object_rows(limits), 0
    with open_text(path, detected.encoding or "utf-8") as file:
        try:
            for value in _values(Buffer(file, limits.max_line), detected.part):
                number += 1
                yield row(number, {"text": value} if isinstance(value, str) else value)
        except NotFinished:
            yield BadRow(number + 1, None, "the file ends before its list or object does: it may be cut off")


def _values(buffer: Buffer, part: str | None) -> Iterator[Any]:
    if part is not None:
        _go_to(buffer, part)
        yield from array(buffer)
        return
    first = buffer.peek()
    if first == "[":
        yield from array(buffer)
    while buffer.peek():
        if first == "[":
            yield Unreadable("stands behind the end of the list: left out, with all that follows it")
            return
        buffer.take(",")
        if buffer.peek():
            yield buffer.value()


def _go_to(buffer: Buffer, part: str) -> None:
    """Stand at the list of this name. Raises NotFinished where there is none."""
    buffer.take("{")
    while True:
        name = buffer.value()
        if not isinstance(name, str) or not buffer.take(":"):
            raise NotFinished
        if name == part and buffer.peek() == "[":
            return
        buffer.value()
        if not buffer.take(","):
            raise NotFinished
