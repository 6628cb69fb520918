"""Multiple choice: the answer is any subset of the project's labels, also none of them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from labeler.tasks.base import InvalidValue, TaskType, kind_of, task
from labeler.tasks.labels import LabelsSchema, check_labels, folded, listed, meant, spellings

_SEPARATORS = ("|", ";", ",")
_MOST_FOUND = 200


class MultiChoiceSchema(LabelsSchema):
    """The labels of which any number are chosen."""

    type: Literal["multi_choice"] = "multi_choice"


@task("multi_choice")
class MultiChoice(TaskType[MultiChoiceSchema]):
    """Any number of the labels, also none of them."""

    title = "Several labels"
    schema = MultiChoiceSchema
    problem = "multilabel"
    level = "sets"

    def validate(self, value: Any, schema: MultiChoiceSchema, content: Mapping[str, Any] | None) -> list[str]:
        """The labels in the schema's order, each once. Raises InvalidValue unless it is a list of labels."""
        names = schema.label_names
        if not isinstance(value, list):
            raise InvalidValue(
                f'"label" is of type {kind_of(value)}, expected a list of labels (also empty): {listed(names)}'
            )
        for one in value:
            if not isinstance(one, str):
                raise InvalidValue(f'"label" holds a {kind_of(one)}, expected labels: {listed(names)}')
        check_labels(value, names)
        chosen = set(value)
        if len(chosen) < len(value):
            raise InvalidValue('"label" holds a label twice')
        return [name for name in names if name in chosen]

    def parse(self, written: Any, schema: MultiChoiceSchema, content: Mapping[str, Any] | None) -> list[str]:
        """A list, a JSON list, or labels with |, ; or commas between them, in any case; nothing is the empty set."""
        if isinstance(written, str):
            written = _split(written, schema.label_names)
        if isinstance(written, list):
            written = [meant(one, schema.label_names) if isinstance(one, str) else one for one in written]
        return self.validate(written, schema, content)

    def text(self, value: Any, schema: MultiChoiceSchema) -> str:
        return ", ".join(value) if value else "none"

    def labels_in(self, value: Any) -> list[str]:
        return list(value)

    def distance(self, a: Any, b: Any, schema: MultiChoiceSchema) -> float:
        """The share of the schema's labels on which they differ (Hamming)."""
        return len(set(a) ^ set(b)) / max(1, len(schema.labels))

    def translate(self, value: Any, mapping: Mapping[str, str | None]) -> list[str] | None:
        """Without the labels that are retired; an answer without others is gone, which is not "none"."""
        moved = (mapping.get(name, name) for name in value)
        left = list(dict.fromkeys(name for name in moved if name is not None))
        return left if left or not value else None

    def suggest(self, written: Sequence[Any]) -> dict[str, Any] | None:
        cells = [_cell(one) for one in written]
        if not any(isinstance(one, list) and len(one) > 1 for one in cells):
            return None
        words = (name for one in cells for name in (one if isinstance(one, list) else [one]))
        found = [group[0] for group in spellings(words)]
        return {"labels": [{"name": name} for name in found]} if 0 < len(found) <= _MOST_FOUND else None


def _cell(written: Any) -> Any:
    """A cell of a file whose labels are not known yet: only what can hardly be one label is taken apart."""
    if not isinstance(written, str):
        return written
    return _as_json(written) or (written.split("|") if "|" in written else written)


def _as_json(written: str) -> list[Any] | None:
    if not written.lstrip().startswith("["):
        return None
    try:
        found = json.loads(written)
    except ValueError:
        return None
    return found if isinstance(found, list) else None


def _split(written: str, names: list[str]) -> list[Any]:
    text = written.strip()
    if not text:
        return []
    if text in names:
        return [text]
    if (found := _as_json(text)) is not None:
        return found
    known = {folded(name) for name in names}
    for separator in _SEPARATORS:
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        if len(parts) > 1 and (separator == "|" or {folded(part) for part in parts} <= known):
            return parts
    return [text]
