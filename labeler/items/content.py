"""Checking what is to become an item: one path for REST, files and the client.

A refused row names its field and a reason that the sender can act on (G7, G24).
"""

import math
import re
from dataclasses import dataclass
from typing import Any

from labeler.items.readers.mapping import content_key
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.tasks import InvalidValue, task_type

SPLIT_NAMES = {"train": "train", "holdout": "holdout", "test": "holdout", "": None}
KNOWN = {"key", "text", "fields", "metadata", "split", "label"}
MAX_KEY = 200
CONTROL = re.compile("[\x01-\x1f\x7f]")  # a key is part of an address, which has one line


class Refused(Exception):
    """This row can't be taken: `field` and `reason` are shown to the sender."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True)
class ItemRow:
    """An item that was checked, ready for the database."""

    key: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    split: str | None
    label: Any


def check_item(raw: Any, project: Project, limits: Settings) -> ItemRow:
    """Raises `Refused` for the first thing that is wrong with the row."""
    if not isinstance(raw, dict):
        raise Refused("", "not an object: expected key, text or fields")
    unknown = sorted(set(raw) - KNOWN)
    if unknown:
        raise Refused(str(unknown[0])[:100], f"unknown field; known: {', '.join(sorted(KNOWN))}")
    content = _content(raw, limits)
    return ItemRow(
        key=_key(raw.get("key"), content),
        content=content,
        metadata=_object("metadata", raw.get("metadata") or {}, limits),
        split=_split(raw.get("split")),
        label=_label(raw.get("label"), project),
    )


def _key(value: Any, content: dict[str, Any]) -> str:
    if value is None or value == "":
        return content_key(content)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused("key", "must be text or a number")
    key = str(value).strip()
    if not 1 <= len(key) <= MAX_KEY:
        raise Refused("key", f"must have 1 to {MAX_KEY} characters")
    if CONTROL.search(key):
        raise Refused("key", "contains a line end, tab or other control character")
    return _clean("key", key)


def _clean(field: str, text: str) -> str:
    if "\x00" in text:
        raise Refused(field, "contains a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Refused(field, "contains half a character (a lone surrogate)") from None
    return text


def _content(raw: dict[str, Any], limits: Settings) -> dict[str, Any]:
    text, fields = raw.get("text"), raw.get("fields")
    if text is not None and fields is not None:
        raise Refused("text", "give text or fields, not both")
    if text is not None:
        if not isinstance(text, str):
            raise Refused("text", "must be text")
        if not text.strip():
            raise Refused("text", "is empty")
        if len(text) > limits.max_cell_chars:
            raise Refused("text", f"is longer than {limits.max_cell_chars:,} characters")
        return {"text": _clean("text", text)}
    if fields is None:
        raise Refused("text", "is missing (or fields, for a table row)")
    checked = _object("fields", fields, limits)
    if all(value is None or value == "" for value in checked.values()):
        raise Refused("fields", "are all empty")
    return {"fields": checked}


def _object(name: str, value: Any, limits: Settings) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(name, "must be an object")
    if len(value) > limits.max_columns:
        raise Refused(name, f"has more than {limits.max_columns} entries")
    for key, entry in value.items():
        if not isinstance(key, str):
            raise Refused(name, "has a name that is not text")
        _check_value(f"{name}/{_clean(name, key)[:100]}", entry, limits, 1)
    return value


def _check_value(where: str, value: Any, limits: Settings, depth: int) -> None:
    if depth > limits.max_depth:
        raise Refused(where, f"is nested deeper than {limits.max_depth} levels")
    if isinstance(value, str):
        if len(value) > limits.max_cell_chars:
            raise Refused(where, f"is longer than {limits.max_cell_chars:,} characters")
        _clean(where, value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Refused(where, "is not a finite number")
    elif isinstance(value, dict):
        if len(value) > limits.max_columns:
            raise Refused(where, f"has more than {limits.max_columns} entries")
        for key, entry in value.items():
            _check_value(f"{where}/{_clean(where, str(key))[:100]}", entry, limits, depth + 1)
    elif isinstance(value, list):
        if len(value) > limits.max_cell_chars:
            raise Refused(where, "is too long a list")
        for entry in value:
            _check_value(where, entry, limits, depth + 1)
    elif value is not None and not isinstance(value, bool | int):
        raise Refused(where, f"has a value of a kind that is not supported ({type(value).__name__})")
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise Refused(where, "is too large a whole number")


def _split(value: Any) -> str | None:
    if value is None:
        return None
    name = str(value).strip().lower()
    if name not in SPLIT_NAMES:
        raise Refused("split", f'is "{name[:50]}", expected train, holdout or test')
    return SPLIT_NAMES[name]


def _label(value: Any, project: Project) -> Any:
    if value is None or value == "":
        return None
    try:
        return task_type(project.task_type).validate(value, project.labels)
    except InvalidValue as invalid:
        raise Refused("label", str(invalid)) from None
