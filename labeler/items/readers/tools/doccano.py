"""doccano's JSON Lines, JSON and CSV: a text with its list of labels, or with labels at places in it."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools.cells import columns_of, decoded, first_key
from labeler.items.readers.tools.registry import Meaning, Values, tool

LABEL = "label"
LISTS = ("label", "labels", "cats", "categories")
SPANS = ("entities", "relations")
_NOBODY = ("all", "unknown")
"""Names of files that are no annotator's."""


@tool("doccano", title="doccano")
def doccano(rows: Sequence[Values]) -> Meaning | None:
    """Rows with doccano's column of comments, or an id, a text and a list of labels and nothing else like them."""
    columns = columns_of(rows)
    text = next((name for name in ("text", "data") if name in columns), None)
    held = next((name for name in LISTS if name in columns), None)
    if text is None or (held is None and not columns & set(SPANS)):
        return None
    if "Comments" not in columns:
        # Older ones have none: then every row has a number and a list.
        numbered = all(isinstance(row.get("id"), int) for row in rows)
        if not numbered or not all(isinstance(row.get(held or "entities"), list) for row in rows) or len(columns) > 4:
            return None
    flat = [cell for row in rows for cell in [row.get(held or "")] if isinstance(cell, str)]
    if flat and "Comments" not in columns:
        return None

    def convert(values: Values) -> Values:
        return _row(values, text, held)

    notes = ["an empty list is no label: doccano knows no answer that says none"]
    if any(_spans(decoded(row.get(held or ""))) for row in rows) or columns & set(SPANS):
        notes.append("labels at places in a text are kept as metadata: they are no answers to this kind of question")
    key = first_key(rows, ("key", "id"))
    return Meaning(convert, {"text": "text", LABEL: LABEL} | ({"key": key} if key else {}), tuple(notes))


def _row(values: Values, text: str, held: str | None) -> Values:
    row: Values = {"text": values.get(text)}
    row |= {name: value for name, value in values.items() if name not in (text, held, "file", "Comments", *SPANS)}
    if "key" in row:
        row.pop("id", None)
    cell = decoded(values.get(held or ""))
    if isinstance(cell, str):
        cell = [part for part in cell.split("#") if part]
    spans = _spans(cell)
    said = [] if spans or not cell else [GivenLabel(cell, _annotator(values.get("file")))]
    row[LABEL] = Given(said)
    for name in SPANS:
        if values.get(name):
            row[name] = values[name]
    if spans:
        row["spans"] = spans
    if values.get("Comments"):
        row["comments"] = decoded(values["Comments"])
    return row


def _spans(cell: Any) -> list[dict[str, Any]]:
    """[start, end, label] as objects; empty where the cell holds anything else."""
    if not isinstance(cell, list) or not cell:
        return []
    if not all(isinstance(one, list) and len(one) == 3 and isinstance(one[0], int) for one in cell):
        return []
    return [{"start": start, "end": end, "label": label} for start, end, label in cell]


def _annotator(file: Any) -> str | None:
    """doccano's zip has a file for each annotator."""
    name = PurePosixPath(file).stem if isinstance(file, str) else ""
    return name if name and name not in _NOBODY else None
