"""Checking what is to become an item: one path for REST, files and the client.

A refused row names its field and a reason that the sender can act on (G7, G24).
"""

from dataclasses import dataclass
from typing import Any

from labeler.items.keys import InvalidKey, as_key, content_key
from labeler.kit.config import Settings
from labeler.kit.untrusted import Bounds, fault, text_fault
from labeler.projects.access import Project
from labeler.tasks import InvalidValue, task_type

SPLIT_NAMES = {"train": "train", "holdout": "holdout", "test": "holdout", "": None}
KNOWN = {"key", "text", "fields", "metadata", "split", "label"}


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
    try:
        return as_key(value)
    except InvalidKey as invalid:
        raise Refused("key", str(invalid)) from None


def _content(raw: dict[str, Any], limits: Settings) -> dict[str, Any]:
    text, fields = raw.get("text"), raw.get("fields")
    if text is not None and fields is not None:
        raise Refused("text", "give text or fields, not both")
    if text is not None:
        if not isinstance(text, str):
            raise Refused("text", "must be text")
        if not text.strip():
            raise Refused("text", "is empty")
        if (reason := text_fault(text, limits.max_cell_chars)) is not None:
            raise Refused("text", reason)
        return {"text": text}
    if fields is None:
        raise Refused("text", "is missing (or fields, for a table row)")
    checked = _object("fields", fields, limits)
    if all(value is None or value == "" for value in checked.values()):
        raise Refused("fields", "are all empty")
    return {"fields": checked}


def _object(name: str, value: Any, limits: Settings) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(name, "must be an object")
    bounds = Bounds(text=limits.max_cell_chars, entries=limits.max_columns, depth=limits.max_depth + 1)
    if (found := fault(value, bounds, name)) is not None:
        raise Refused(*found)
    return value


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
