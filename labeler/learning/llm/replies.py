"""What a language model said, read strictly: a value of the project's task type, or why there is none.

Whatever else stands in a reply is passed over: nothing in it can do more than choose one of the possible answers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from labeler.tasks import InvalidValue, TaskSchema, TaskType

Refusal = Literal["empty", "refused", "too_long", "prose", "another_label", "outdated"]
MOST = 4_000  # characters of a reply that are looked at
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Reply:
    """content: the text; refusal: that the model or its provider declined; finish: why it ended, as the protocol has
    it; size: whether more came than is read."""

    content: str | None
    refused: bool = False
    finish: str | None = None
    too_large: bool = False


@dataclass(frozen=True)
class Read:
    """Either a value or a refusal."""

    value: Any = None
    refusal: Refusal | None = None


def read_reply(reply: Reply, task: TaskType[Any], schema: TaskSchema, content: Mapping[str, Any] | None) -> Read:
    """content: the item's, for task types that look at it."""
    if reply.too_large or reply.finish == "length" or len(reply.content or "") > MOST:
        return Read(refusal="too_long")
    if reply.refused or reply.finish == "content_filter":
        return Read(refusal="refused")
    text = (reply.content or "").strip()
    if not text:
        return Read(refusal="empty")
    said, found = _said(text, task, schema)
    if not found:
        return Read(refusal="prose")
    if said is None:
        return Read(refusal="refused")
    try:
        return Read(task.validate(said, schema, content))
    except InvalidValue:
        return Read(refusal="another_label")


def _said(text: str, task: TaskType[Any], schema: TaskSchema) -> tuple[Any, bool]:
    """What stands under "answer" in the one JSON object of a reply, or the reply itself where it is an answer."""
    objects = [one for one in _objects(text) if "answer" in one]
    if len(objects) == 1:
        return objects[0]["answer"], True
    if objects:
        return None, False
    for value in task.values(schema) or []:
        if text == task.text(value, schema):
            return value, True
    return None, False


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects in a text, from the left, none inside another."""
    found, place = [], text.find("{")
    while place >= 0:
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            found.append(value)
        place = text.find("{", end)
    return found
