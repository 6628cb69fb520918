"""Texts as they are searched: upper and lower case alike, letters composed, one space wherever there is space.

`columns.searchable` says the same in SQL.
"""

import unicodedata
from collections.abc import Iterator
from typing import Any

import orjson

SPACES = r"[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+"
"""What `str.split` takes for space, as PostgreSQL's regular expressions write it."""


def fold(text: str) -> str:
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    return " ".join(composed.lower().split())


def searchable(key: str, *documents: Any) -> str:
    """A line for the key and for each text or number in the documents: words that are searched for stand in one."""
    lines = [fold(key)]
    for document in documents:
        lines.extend(fold(value) for value in _values(document))
    return "\n".join(lines)


def searchable_json(key: str, *documents: str) -> str:
    return searchable(key, *(orjson.loads(document) for document in documents if document != "{}"))


def _values(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for value in document.values():
            yield from _values(value)
    elif isinstance(document, list):
        for value in document:
            yield from _values(value)
    elif document is not None:
        yield orjson.dumps(document).decode()
