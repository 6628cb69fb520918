"""Checking what is to become an item: one path for REST, files and the client.

A refused row names its field and a reason that the sender can act on (G7, G24).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from labeler.contents import Content, ContentKind, ContentRefused, registry
from labeler.items.keys import InvalidKey, as_key, content_key
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.tasks import InvalidValue
from labeler.wire.untrusted import Bounds, fault

SPLIT_NAMES = {"train": "train", "holdout": "holdout", "test": "holdout", "": None}
KNOWN = {"key", "metadata", "split", "label"}


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
    kind: str
    content: Content
    metadata: dict[str, Any]
    split: str | None
    label: Any


def check_item(raw: Any, project: Project, limits: Settings, wanted: str | None = None) -> ItemRow:
    """Raises `Refused` for the first thing that is wrong with the row. wanted: the kind of content, None: any."""
    if not isinstance(raw, dict):
        raise Refused("", "not an object: expected a key and the content, such as text or fields")
    if not raw.keys() <= KNOWN:
        known = KNOWN | {kind.field for kind in registry}
        unknown = sorted(set(map(str, raw)) - known)
        if unknown:
            raise Refused(unknown[0][:100], f"unknown field; known: {', '.join(sorted(known))}")
    kind, content = _content(raw, project, limits, wanted or project.content)
    return ItemRow(
        key=_key(raw.get("key"), content),
        kind=kind.name,
        content=content,
        metadata=_object("metadata", given, limits) if (given := raw.get("metadata")) else {},
        split=_split(raw.get("split")),
        label=_label(raw.get("label"), project, content),
    )


def _key(value: Any, content: Content) -> str:
    if value is None or value == "":
        return content_key(content)
    try:
        return as_key(value)
    except InvalidKey as invalid:
        raise Refused("key", str(invalid)) from None


def _content(raw: dict[str, Any], project: Project, limits: Settings, held: str | None) -> tuple[ContentKind, Content]:
    given = [kind for kind in registry if raw.get(kind.field) is not None]
    if not given:
        wanted = [kind.field for kind in registry if held in (None, kind.name)]
        raise Refused(" or ".join(wanted), "is missing")
    kind = given[0]
    if len(given) > 1:
        raise Refused(kind.field, f"give {' or '.join(one.field for one in given)}, not both")
    if held not in (None, kind.name):
        field = registry.find(str(held)).field
        raise Refused(kind.field, f'is of another kind than this project\'s items ("{held}"): expected {field}')
    served = project.task.contents
    if served is not None and kind.name not in served:
        raise Refused(kind.field, f"task type {project.task_type} is asked about {', '.join(sorted(served))}")
    try:
        return kind, kind.validate(raw[kind.field], lambda where, value: _within_limits(where, value, limits))
    except ContentRefused as refused:
        raise Refused(refused.field, refused.reason) from None


@lru_cache(maxsize=8)
def _bounds(text: int, entries: int, depth: int) -> Bounds:
    return Bounds(text=text, entries=entries, depth=depth)


def _within_limits(where: str, value: Any, limits: Settings) -> None:
    """Raises `Refused` for what breaks a limit of the installation."""
    bounds = _bounds(limits.max_cell_chars, limits.max_columns, limits.max_depth + 1)
    if (found := fault(value, bounds, where)) is not None:
        raise Refused(*found)


def _object(name: str, value: Any, limits: Settings) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Refused(name, "must be an object")
    _within_limits(name, value, limits)
    return value


def _split(value: Any) -> str | None:
    if value is None:
        return None
    name = str(value).strip().lower()
    if name not in SPLIT_NAMES:
        raise Refused("split", f'is "{name[:50]}", expected train, holdout or test')
    return SPLIT_NAMES[name]


def _label(value: Any, project: Project, content: Content) -> Any:
    if value is None or value == "":
        return None
    try:
        return project.task.parse(value, project.schema, content)
    except InvalidValue as invalid:
        raise Refused("label", str(invalid)) from None
