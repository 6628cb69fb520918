"""Argilla's JSON, as its `records.from_json` reads it: responses by user."""

import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from pydantic import Field

from labeler.datasets.writers.jsonl import array
from labeler.datasets.writers.options import Options
from labeler.datasets.writers.registry import Export, ExportRow, register_writer
from labeler.tasks import BUILT_IN

_PEOPLE = uuid.UUID("3f0c1d0e-6a55-5d0b-9d6c-6f7a1c1f2b61")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class ArgillaOptions(Options):
    question: str = Field("label", min_length=1, max_length=100, description="Name of the question in the dataset.")
    predictions: bool = Field(
        False, title="Predictions, too", description="What models elsewhere predicted, as it was imported."
    )


@register_writer(
    "argilla",
    title="Argilla (JSON)",
    media_type="application/json",
    suffix=".json",
    needs_columns=False,
    tasks=BUILT_IN,
    contents=("text",),
    options=ArgillaOptions,
)
def write_argilla(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """One array of records. Argilla knows users by UUID: labelers who came from there keep theirs, others have one that
    is made of their name."""
    return array(orjson.dumps(_record(row, export)) for row in rows)


def user_id(labeler: str) -> str:
    """The same for the same name."""
    return labeler if _UUID.fullmatch(labeler) else str(uuid.uuid5(_PEOPLE, labeler))


def _record(row: ExportRow, export: Export) -> dict[str, Any]:
    question = export.options.question
    given = row.get("labels") or ([] if row.get("label") is None else [{"value": row["label"]}])
    said = [
        {"value": one["value"], "user_id": user_id(one.get("labeler") or ""), "status": "submitted"} for one in given
    ]
    suggestions = {}
    if (predicted := row.get("prediction")) is not None:
        about = {"score": predicted.get("score"), "agent": predicted.get("model")}
        suggestions[question] = {"value": predicted["value"], **about}
    metadata = {name: _plain(value) for name, value in (row.get("metadata") or {}).items() if value is not None}
    split = {} if row.get("split") is None else {"split": row["split"]}
    return {
        "id": row["key"],
        "fields": {"text": row["text"]},
        "metadata": metadata | split,
        "suggestions": suggestions,
        "responses": {question: said} if said else {},
        "vectors": {},
        "status": "completed" if said else "pending",
        "_server_id": None,
    }


def _plain(value: Any) -> Any:
    """Argilla's metadata hold texts and numbers."""
    return value if isinstance(value, str | int | float) else orjson.dumps(value).decode()
