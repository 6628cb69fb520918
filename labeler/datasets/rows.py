"""An item of an export and a label of it, as both the present state and dataset versions give them."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

CHUNK = 300  # items; more of them at a time are slower, as Python looks through all of them for garbage
Row = dict[str, Any]
SPLITS = {"holdout": "test"}
"""What our splits are called where data are split into train and test; the others are "train"."""

# Most labels and picks are one of few. Nobody changes what is inside a row.
load = lru_cache(4096)(orjson.loads)


def time_text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def given(
    labeler: str,
    value: Any,
    kind: str | None,
    guideline_version: int | None,
    schema_version: int | None,
    source: str,
    pick: Any,
    created_at: str,
) -> Row:
    return {
        "labeler": labeler,
        "kind": kind,
        "value": value,
        "guideline_version": guideline_version,
        "schema_version": schema_version,
        "source": source,
        "pick": pick,
        "created_at": created_at,
    }


Answer = tuple[int, str, float | None, str | None]
"""The id of an item, its answer in force as JSON, how sure it is, and how it was made."""


def item_row(
    key: str,
    content: Mapping[str, Any],
    metadata: Row,
    split: str,
    answer: Answer | None,
    given: list[Row] | None,
    marked: list[Row] | None,
    history: bool,
) -> Row:
    row = {
        "key": key,
        **content,
        "metadata": metadata,
        "split": split,
        "label": None,
        "confidence": None,
        "method": None,
        "labels": given or [],
        "flags": marked or [],
    }
    if answer is not None:
        _, value, confidence, row["method"] = answer
        row["label"] = load(value)
        # Versions keep 32 bits of it: as many digits as these have, so that both give the same text.
        row["confidence"] = None if confidence is None else round(confidence, 6)
    if history:
        row["history"] = row["labels"]
        row["labels"] = [
            {name: value for name, value in one.items() if name != "in_force"}
            for one in row["history"]
            if one["in_force"]
        ]
    return row
