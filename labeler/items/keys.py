"""Keys of items: the caller's own ids, part of an address and stable for good."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import orjson

from labeler.wire.items import MAX_KEY
from labeler.wire.untrusted import text_fault

_CONTROL = re.compile("[\x01-\x1f\x7f]")  # an address has one line


class InvalidKey(Exception):
    """This can't be a key; the message says why."""


def as_key(value: Any) -> str:
    """A text or number as a key, without spaces around it; 7.0 is the key 7. Raises InvalidKey."""
    if isinstance(value, str):
        key = value.strip()
        if 0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable():  # as nearly all are
            return key
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise InvalidKey("is no key: expected text or a number")
    key = (str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)).strip()
    if not key:
        raise InvalidKey("is empty")
    if len(key) > MAX_KEY:
        raise InvalidKey(f"has {len(key)} characters, a key has at most {MAX_KEY}")
    if _CONTROL.search(key):
        raise InvalidKey("contains a line end, tab or other control character")
    if (reason := text_fault(key)) is not None:
        raise InvalidKey(reason)
    return key


def url_key(url: str) -> str:
    """The key of an item that an address brought: the address, or where that is too long its beginning and its hash."""
    if len(url) <= MAX_KEY:
        return url
    end = f"#sha-{hashlib.sha256(url.encode()).hexdigest()[:16]}"
    return url[: MAX_KEY - len(end)] + end


def content_key(content: Mapping[str, Any]) -> str:
    """The key of an item that brought none: the same for the same content, in any order of its fields."""
    canonical = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return f"sha-{hashlib.sha256(canonical).hexdigest()[:16]}"
