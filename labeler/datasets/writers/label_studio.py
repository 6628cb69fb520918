"""Label Studio's JSON: tasks with the annotations of every labeler."""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from pydantic import Field

from labeler.datasets.writers.jsonl import array
from labeler.datasets.writers.options import Options
from labeler.datasets.writers.registry import Export, ExportRow, register_writer
from labeler.tasks import BUILT_IN


class LabelStudioOptions(Options):
    question: str = Field(
        "label", min_length=1, max_length=100, description="Name of the control in the labeling setup."
    )
    people: bool = Field(
        True,
        title="Name the labelers",
        description="Name who labeled; Label Studio then wants these accounts to exist.",
    )
    predictions: bool = Field(
        False, title="Predictions, too", description="What models elsewhere predicted, as it was imported."
    )


@register_writer(
    "label_studio",
    title="Label Studio (JSON)",
    media_type="application/json",
    suffix=".json",
    needs_columns=False,
    tasks=BUILT_IN,
    options=LabelStudioOptions,
)
def write_label_studio(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """One array of tasks. data: text or fields, key and split; meta: the metadata.

    The setup that shows them: `<Text name="text" value="$text"/>` (tables: `<Table name="text" value="$fields"/>`), and
    `<Choices name="label" toName="text">` or `<Rating>`, `<Number>`.
    """
    return array(orjson.dumps(_task(row, export)) for row in rows)


def _task(row: ExportRow, export: Export) -> dict[str, Any]:
    content = {name: row[name] for name in ("text", "fields", "split") if row.get(name) is not None}
    task: dict[str, Any] = {"data": {"key": row["key"], **content}, "meta": row.get("metadata") or {}}
    given = row.get("labels") or []
    if not given and row.get("label") is not None:
        given = [{"value": row["label"]}]
    task["annotations"] = [_annotation(one, export) for one in given]
    if (predicted := row.get("prediction")) is not None:
        about = {"model_version": predicted.get("model") or "outside", "score": predicted.get("score")}
        task["predictions"] = [{**about, "result": _result(predicted["value"], export)}]
    return task


def _annotation(label: Any, export: Export) -> dict[str, Any]:
    found: dict[str, Any] = {"result": _result(label["value"], export), "was_cancelled": False, "ground_truth": False}
    if export.options.people and label.get("labeler"):
        # Label Studio finds an account by its address; ours have a name that is shown.
        found["completed_by"] = {"email": label["labeler"], "first_name": label["labeler"], "last_name": ""}
    if label.get("created_at"):
        found["created_at"] = label["created_at"]
    return found


def _result(value: Any, export: Export) -> list[dict[str, Any]]:
    """The regions of an answer; the empty set of labels is a choice of none."""
    if export.schema.type == "rating":
        stars = isinstance(value, int) and value >= 1
        kind, held = ("rating", value) if stars else ("number", value)
    else:
        kind, held = "choices", export.task.labels_in(value)
    region = {"from_name": export.options.question, "to_name": "text", "type": kind, "origin": "manual"}
    return [{**region, "value": {kind: held}}]
