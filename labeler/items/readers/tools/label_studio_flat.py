"""Label Studio's JSON_MIN and CSV: one row for each annotation, data and answers side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools.cells import SEVERAL, columns_of, decoded, first_key, listed
from labeler.items.readers.tools.label_studio import account
from labeler.items.readers.tools.registry import Meaning, Values, tool

ABOUT = {"annotation_id", "annotator", "created_at", "updated_at", "lead_time"}
"""The columns by which such a file is known, none of them the item's."""
_USUAL = ("choice", "label", "sentiment", "class", "category", "rating")


@tool("label_studio_flat", title="Label Studio, JSON_MIN or CSV")
def label_studio_flat(rows: Sequence[Values]) -> Meaning | None:
    columns = columns_of(rows)
    if not columns >= ABOUT or "id" not in columns:
        return None
    questions = _questions(rows)

    def convert(values: Values) -> Values:
        return _row(values, questions)

    notes = [
        "one row for each annotation: each counts for its annotator",
        "cancelled annotations are not in such files",
    ]
    if len(questions) > 1:
        notes.append(SEVERAL.format(listed(questions)))
    if not questions:
        notes.append("which column holds the answers can't be told: choose it, and who labeled is taken along")
    roles = {"key": first_key(rows, ("key",)) or "id", "labeler": "annotator"} | (
        {"label": questions[0]} if questions else {}
    )
    return Meaning(convert, roles, tuple(notes))


def _row(values: Values, questions: Sequence[str]) -> Values:
    row = {name: value for name, value in values.items() if name not in ABOUT}
    labeler = account(values.get("annotator"))
    row["annotator"] = labeler
    for name in questions:
        value = _answer(decoded(values.get(name)))
        row[name] = Given() if value in (None, "") else Given([GivenLabel(value, labeler)])
    return row


def _answer(cell: Any) -> Any:
    """A choice as it is, several as a list, a rating as a number; what is marked in the item stays as it is."""
    if isinstance(cell, dict) and isinstance(cell.get("choices"), list):
        return cell["choices"]
    if isinstance(cell, list) and len(cell) == 1 and isinstance(cell[0], dict):
        for name in ("rating", "number"):
            if name in cell[0]:
                return cell[0][name]
    return cell


def _is_said(cell: Any) -> bool:
    """Whether only Label Studio writes such a cell for an answer about the whole item."""
    found = decoded(cell)
    if isinstance(found, dict):
        return isinstance(found.get("choices"), list)
    return isinstance(found, list) and not isinstance(_answer(found), dict | list)


def _questions(rows: Sequence[Values]) -> list[str]:
    """The columns with answers, the one answered most first.

    In JSON_MIN they stand behind the id. In CSV columns are sorted: there, what is different for one task or written as
    only answers are; else what has a usual name.
    """
    found: dict[str, int] = {}
    for row in rows:
        names = list(row)
        if names != sorted(names) and "id" in row and "annotator" in row:
            for name in names[names.index("id") + 1 : names.index("annotator")]:
                if not _is_region(row[name]):
                    found[name] = found.get(name, 0) + 1
    if not found:
        found = _told_apart(rows)
    return sorted(found, key=lambda name: -found[name])


def _told_apart(rows: Sequence[Values]) -> dict[str, int]:
    first: dict[Any, Mapping[str, Any]] = {}
    found: dict[str, int] = {}
    columns = [name for name in sorted(columns_of(rows)) if name not in ABOUT and name != "id"]
    for name in columns:
        first.clear()
        cells = [row.get(name) for row in rows if row.get(name) not in (None, "")]
        differs = False
        for row in rows:
            before = first.setdefault(row.get("id"), row)
            differs |= before.get(name) != row.get(name)
        regions = any(_is_region(cell) for cell in cells)
        if cells and not regions and (differs or any(map(_is_said, cells)) or name.lower() in _USUAL):
            found[name] = len(cells)
    return found


def _is_region(cell: Any) -> bool:
    value = decoded(cell)
    return isinstance(value, list) and any(
        isinstance(one, dict) and one.keys() & {"start", "x", "labels"} for one in value
    )
