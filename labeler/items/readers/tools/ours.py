"""Our own exports, so that they bring every labeler's label back, and not only what these came to."""

from collections.abc import Sequence
from typing import Any

from labeler.items.given import Given, GivenLabel
from labeler.items.readers.tools.cells import columns_of, decoded
from labeler.items.readers.tools.registry import Meaning, Values, tool

BY_ITEM = {"key", "split", "label", "labels", "flags"}
BY_LABEL = {"key", "split", "label", "labeler", "guideline_version", "created_at"}
_ABOUT = frozenset(("kind", "source", "guideline_version", "schema_version", "created_at", "pick", "in_force"))
_NOT_IN_FORCE = ("left_out", "was corrected or undone later")


@tool("labelloop", title="our own export")
def labelloop(rows: Sequence[Values]) -> Meaning | None:
    """Rows of an item with all its labels, or of one label."""
    columns = columns_of(rows)
    if columns >= BY_LABEL:
        roles = {"key": "key", "label": "label", "labeler": "labeler"}
        return Meaning(_of_label, roles, ("one row a label: each counts for who gave it",))
    if not columns >= BY_ITEM or not all(_is_labels(decoded(row.get("labels"))) for row in rows):
        return None
    roles = {"key": "key", "label": "label"} | ({"prediction": "prediction"} if "prediction" in columns else {})
    return Meaning(_of_item, roles, ("every labeler's label is taken, not what they came to",))


def _of_item(values: Values) -> Values:
    row = dict(values)
    labels, answer = decoded(values.get("labels")), values.get("label")
    if not _is_labels(labels):
        raise ValueError('"labels" is not what an export writes: a list of objects with a value')
    row["label"] = Given(GivenLabel(one["value"], one.get("labeler") or None) for one in labels or ())
    if not row["label"] and answer not in (None, ""):
        row["label"] = Given([GivenLabel(answer)])
    predicted = decoded(values.get("prediction"))
    if isinstance(predicted, dict) and "value" in predicted:
        row["prediction"] = Given(
            [GivenLabel(predicted["value"], score=predicted.get("score"), model=predicted.get("model"))]
        )
    return row


def _of_label(values: Values) -> Values:
    row = {name: value for name, value in values.items() if name not in _ABOUT}
    lost = _NOT_IN_FORCE if values.get("in_force") in (False, "false") else None
    said = values.get("label") not in (None, "")
    row["label"] = Given([GivenLabel(values["label"], values.get("labeler") or None, lost)] if said or lost else [])
    return row


def _is_labels(cell: Any) -> bool:
    if cell in (None, ""):
        return True
    return isinstance(cell, list) and all(isinstance(one, dict) and "value" in one for one in cell)
