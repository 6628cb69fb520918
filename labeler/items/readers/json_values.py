"""JSON values one after the other, in constant memory: the objects of an array, of a list within an object, or objects
that stand behind each other.

Python's own parser reads each value out of a buffer: it says where a value ends, and knows the NaN and Infinity that
many programs write though JSON has neither.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

CHUNK = 64 * 1024
"""Characters read at a time; an error of the parser counts the lines of what is at hand, so it should be little."""
_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"|[{}\[\]"]')
_CLOSES = {"}": "{", "]": "["}
_NEXT = re.compile(r"\}\s*,\s*(?=\{)")
_MARGIN = 16
"""An error this near to the end of the buffer may be one of a value that goes on."""


class NotFinished(Exception):
    """The text ends within a value."""


class Unreadable:
    """A value that can't be read, and why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def whole_number(digits: str) -> int | str:
    """A whole number; as it is written where 64 bits can't hold it."""
    if len(digits) < 19:
        return int(digits)
    return number if len(digits) < 21 and abs(number := int(digits)) < 2**63 else digits


def constant(name: str) -> float | None:
    """NaN is a missing value. Infinity is none that JSON knows, and stays for the one who names its field."""
    return None if name == "NaN" else float(name)


class Twice(dict[str, Any]):
    """An object in which a name stands twice: the later value is the one that it has."""

    def __init__(self, found: dict[str, Any], name: str) -> None:
        super().__init__(found)
        self.name = name


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    names = [name for name, _ in pairs]
    return Twice(found, next(name for name in names if names.count(name) > 1))


def count_names(value: Any) -> int:
    """How many names of fields there are in a value."""
    if isinstance(value, dict):
        return len(value) + sum(count_names(one) for one in value.values() if isinstance(one, dict | list))
    return sum(map(count_names, value)) if isinstance(value, list) else 0


_DECODER = json.JSONDecoder(parse_int=whole_number, parse_constant=constant, object_pairs_hook=_object)


def decode(text: str) -> Any:
    """One value. Raises ValueError with a reason for people."""
    value, end = decode_at(text, 0)
    if text[end:].strip():
        raise ValueError(f"more follows the value at character {end + 1}")
    return value


def decode_at(text: str, at: int) -> tuple[Any, int]:
    """The value that begins there, and where it ends. Raises ValueError, json.JSONDecodeError among them."""
    try:
        return _DECODER.raw_decode(text, _SPACE.match(text, at).end())  # type: ignore[union-attr]
    except RecursionError:
        raise ValueError("is nested too deep") from None


class Buffer:
    """What was read of a text and is not used up yet."""

    def __init__(self, file: TextIO, most: int) -> None:
        self._file = file
        self._most = most
        self.text = ""
        self.at = 0
        self.ended = False

    def more(self) -> bool:
        """Read on; False at the end of the file, or when one value takes more than the most there may be."""
        if self.ended or len(self.text) - self.at > self._most:
            return False
        part = self._file.read(max(CHUNK, len(self.text) - self.at))
        self.text, self.at = self.text[self.at :] + part, 0
        self.ended = not part
        return bool(part)

    def peek(self) -> str:
        """The next character that is no space; empty at the end of the file."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def take(self, sign: str) -> bool:
        """Step over this character, if it is the next one."""
        found = self.peek() == sign
        self.at += found
        return found

    def value(self) -> Any:
        """The next value, or Unreadable, after which the next one is stood at. Raises NotFinished."""
        self.peek()
        while True:
            start = self.at
            try:
                value, self.at = decode_at(self.text, start)
            except json.JSONDecodeError as error:
                near = error.pos > len(self.text) - _MARGIN or error.msg.startswith("Unterminated string")
                if near and self.more():
                    continue
                if near and not self.ended:
                    return self._skip(error.pos, f"is longer than {self._most:,} characters")
                where = f"at character {error.pos - start + 1} of the object"
                return self._skip(error.pos, f"is not valid JSON: {error.msg}, {where}")
            except ValueError as error:
                return self._skip(start, f"is not valid JSON: {error}")
            goes_on = isinstance(value, int | float) and self.at == len(self.text)
            self.at = start if goes_on else self.at
            if not goes_on or not self.more():
                return value

    def _skip(self, wrong: int, reason: str) -> Unreadable:
        """Step over a value: to where its brackets are closed, or to where the next object seems to begin."""
        end = self._closed()
        if end is None:
            found = _NEXT.search(self.text, max(self.at + 1, wrong - 8))  # a text without its end hides the bracket
            while found is None and self._drop():
                found = _NEXT.search(self.text)
            if found is None:
                raise NotFinished
            end = found.start() + 1
        self.at = end
        return Unreadable(reason)

    def _closed(self) -> int | None:
        """Where the brackets of the value at hand are closed, if that is in the buffer and a value may end there."""
        opened: list[str] = []
        for token in _TOKEN.finditer(self.text, self.at):
            sign = token[0]
            if sign in "{[":
                opened.append(sign)
            elif sign == '"' or (sign in _CLOSES and opened and opened.pop() != _CLOSES[sign]):
                return None
            if sign in _CLOSES and not opened:
                end = token.end()
                return end if self.text[end : end + 100].lstrip()[:1] in (",", "]", "{", "") else None
        return None

    def _drop(self) -> bool:
        """Read on without keeping what was there, but for its end."""
        part = self._file.read(CHUNK)
        self.ended = not part
        self.text, self.at = self.text[-100:] + part, 0
        return bool(part)


def array(buffer: Buffer) -> Iterator[Any]:
    """The values of the array that begins here. Raises NotFinished when the text ends within it."""
    buffer.take("[")
    if buffer.take("]"):
        return
    while True:
        yield buffer.value()
        if buffer.take(","):
            if buffer.peek() == "]":  # a comma too many
                buffer.take("]")
                return
        elif buffer.take("]"):
            return
        else:
            raise NotFinished
