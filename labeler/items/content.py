"""Checking what is to become an item: one path for REST, files and the client.

A refused row names its field and a reason that the sender can act on (G7, G24). A label that does not fit refuses the
row, or is left out of it and told, as the rules say (G25).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from labeler.contents import Content, ContentKind, ContentRefused, registry
from labeler.items.answers import Answers, LostLabel, ReadLabel, Refused, Suggested
from labeler.items.keys import InvalidKey, as_key, content_key
from labeler.kit.config import Settings
from labeler.projects.access import Project
from labeler.wire.untrusted import Bounds, fault

SPLIT_NAMES = {"train": "train", "holdout": "holdout", "test": "holdout", "": None}
KNOWN = {"key", "metadata", "split", "label", "labels", "predictions"}


class ItemRow(NamedTuple):
    """An item that was checked, ready for the database. repeated: a row before it in the file has the same key."""

    key: str
    kind: str
    content: Content
    metadata: dict[str, Any]
    split: str | None
    labels: tuple[ReadLabel, ...] = ()
    lost: tuple[LostLabel, ...] = ()
    suggested: tuple[Suggested, ...] = ()
    notes: tuple[str, ...] = ()
    repeated: bool = False


def bounds_of(limits: Settings) -> Bounds:
    """How much an item may hold in this installation."""
    return Bounds(text=limits.max_cell_chars, entries=limits.max_columns, depth=limits.max_depth + 1)


def check_item(
    raw: Any, project: Project, bounds: Bounds, wanted: str | None = None, answers: Answers | None = None
) -> ItemRow:
    """Raises `Refused` for the first thing that is wrong with the row. wanted: the kind of content, None: any. answers:
    who reads the labels, made once for many rows."""
    if not isinstance(raw, dict):
        raise Refused("", "not an object: expected a key and the content, such as text or fields")
    kind = _kind_of(raw, project, wanted or project.content)

    def check(where: str, value: Any) -> None:
        if isinstance(value, str) and value.isascii() and "\0" not in value and len(value) <= (bounds.text or 0):
            return  # as nearly all are
        if (found := fault(value, bounds, where)) is not None:
            raise Refused(*found)

    try:
        content = kind.validate(raw[kind.field], check)
    except ContentRefused as refused:
        raise Refused(refused.field, refused.reason) from None
    metadata = raw.get("metadata") or {}
    if metadata:
        if not isinstance(metadata, dict):
            raise Refused("metadata", "must be an object")
        check("metadata", metadata)
    key, split = _key(raw.get("key"), content), _split(raw.get("split"))
    if raw.get("label") in (None, "") and not raw.get("labels") and not raw.get("predictions"):
        return ItemRow(key, kind.name, content, metadata, split)
    answers = answers or Answers(project)
    labels, lost = answers.labels(raw, content)
    return ItemRow(key, kind.name, content, metadata, split, labels, lost, *answers.predictions(raw, content))


def _key(value: Any, content: Content) -> str:
    if value is None or value == "":
        return content_key(content)
    try:
        return as_key(value)
    except InvalidKey as invalid:
        raise Refused("key", str(invalid)) from None


def _kind_of(raw: Mapping[str, Any], project: Project, held: str | None) -> ContentKind:
    """The kind of content of a row that has no other fields than items have."""
    rest = raw.keys() - KNOWN
    given = [kind for kind in registry if kind.field in rest and raw[kind.field] is not None]
    if len(rest) > len(given):
        known = KNOWN | {kind.field for kind in registry}
        if unknown := sorted(set(map(str, rest)) - known):
            raise Refused(unknown[0][:100], f"unknown field; known: {', '.join(sorted(known))}")
    return _kind(given, project, held)


def _kind(given: list[ContentKind], project: Project, held: str | None) -> ContentKind:
    """The one kind of content that a row has, if this project takes it."""
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
    return kind


def _split(value: Any) -> str | None:
    if value is None:
        return None
    name = str(value).strip().lower()
    if name not in SPLIT_NAMES:
        raise Refused("split", f'is "{name[:50]}", expected train, holdout or test')
    return SPLIT_NAMES[name]
