"""Prodigy's JSON Lines: one line for each answer of each annotator."""

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal

import orjson
from pydantic import Field

from labeler.datasets.writers.options import Options
from labeler.datasets.writers.registry import Export, ExportRow, in_chunks, register_writer
from labeler.tasks import BUILT_IN


class ProdigyOptions(Options):
    style: Literal["options", "label"] = Field(
        "options",
        title="Each line has",
        description="Options with those that were accepted, or (one label an item) that label alone.",
    )


@register_writer(
    "prodigy",
    title="Prodigy (JSON Lines)",
    media_type="application/x-ndjson",
    suffix=".jsonl",
    needs_columns=False,
    tasks=BUILT_IN,
    contents=("text",),
    options=ProdigyOptions,
)
def write_prodigy(rows: Iterable[ExportRow], export: Export) -> Iterator[bytes]:
    """Items nobody labeled have a line without an answer, as Prodigy takes them in. The hashes tell which lines are
    about the same text; Prodigy keeps them. Our key and split stand beside the text, metadata in `meta`."""
    names = export.schema.descriptions()
    options = [
        {"id": name, "text": f"{name}: {text}" if text and _is_number(name) else name} for name, text in names.items()
    ]
    return in_chunks(line for row in rows for line in _lines(row, export, options))


def _lines(row: ExportRow, export: Export, options: list[dict[str, str]]) -> Iterator[bytes]:
    split = {} if row.get("split") is None else {"split": row["split"]}
    task: dict[str, Any] = {"text": row["text"], "key": row["key"], **split, "meta": row.get("metadata") or {}}
    task["_input_hash"] = _hash(row["text"])
    given = row.get("labels") or ([] if row.get("label") is None else [{"value": row["label"]}])
    if not given:
        yield orjson.dumps(task, option=orjson.OPT_APPEND_NEWLINE)
    for label in given:
        names = export.task.counted_as(label["value"])
        if export.options.style == "label" and len(names) == 1:
            said: dict[str, Any] = {"label": names[0], "_view_id": "classification"}
        else:
            said = {"options": options, "accept": names, "_view_id": "choice"}
        who = {} if not label.get("labeler") else {"_annotator_id": label["labeler"], "_session_id": label["labeler"]}
        when = {}
        if label.get("created_at"):
            when = {"_timestamp": int(datetime.fromisoformat(label["created_at"]).timestamp())}
        asked = {"_task_hash": _hash(f"{row['text']}\n{said.get('label', '')}")}
        yield orjson.dumps(
            {**task, **asked, **said, "answer": "accept", **who, **when}, option=orjson.OPT_APPEND_NEWLINE
        )


def _hash(text: str) -> int:
    """A number of 32 bits with a sign, as Prodigy's are."""
    return zlib.crc32(text.encode()) - 2**31


def _is_number(name: str) -> bool:
    return name.replace(".", "", 1).replace("-", "", 1).isdigit()
