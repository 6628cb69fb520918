"""Rows of a table of cells: the header, and each row in its order. CSV and Excel share it."""

from collections.abc import Callable
from typing import Any

import orjson

from labeler.datasets.writers.registry import Export, ExportRow

ANSWER = ("split", "label", "confidence", "method", "labels", "flags")
"""How the header ends with one row an item: by this our own import knows an export."""
LABEL = (*("split", "label", "labeler", "kind", "source", "guideline_version", "schema_version", "created_at", "pick"),)
"""How the header ends with one row a label."""
NESTED = frozenset(("labels", "flags", "history", "pick"))


def is_by_label(export: Export) -> bool:
    """Whether each row is one label."""
    return getattr(export.options, "rows", "answers") == "labels"


def share_names(export: Export) -> list[str]:
    """The answers that have a column with their share; none unless the options ask for it."""
    return export.schema.names() if getattr(export.options, "soft", False) else []


def content_columns(export: Export) -> list[str]:
    return [f"fields.{name}" for name in export.columns.fields] or ["text"]


def plain_columns(export: Export) -> list[str]:
    """What the options add before the columns that every export ends with."""
    if not getattr(export.options, "history", False):
        return []
    return ["in_force"] if is_by_label(export) else ["history"]


def header(export: Export) -> list[str]:
    """key, content, metadata.<name>, shares.<answer>, then as `ANSWER` or `LABEL` has it."""
    return [
        "key",
        *content_columns(export),
        *(f"metadata.{name}" for name in export.columns.metadata),
        *(f"shares.{name}" for name in share_names(export)),
        *plain_columns(export),
        *(LABEL if is_by_label(export) else ANSWER),
    ]


def cells_of(export: Export) -> Callable[[ExportRow], list[Any]]:
    """A function that gives the cells of a row, in the header's order; what is always nested is JSON text."""
    fields, metadata, shares = export.columns.fields, export.columns.metadata, share_names(export)
    last = (*plain_columns(export), *(LABEL if is_by_label(export) else ANSWER))
    nested = [place - len(last) for place, name in enumerate(last) if name in NESTED]
    pick = -1 if is_by_label(export) else None
    dumps = orjson.dumps

    def cells(row: ExportRow) -> list[Any]:
        get = row.get
        found = [row["key"]]
        if fields:
            present = get("fields") or {}
            found += [present.get(name) for name in fields]
        else:
            found.append(get("text"))
        if metadata:
            present = get("metadata") or {}
            found += [present.get(name) for name in metadata]
        if shares:
            present = get("shares") or {}
            found += [present.get(name) for name in shares]
        found += map(get, last)
        for place in nested:
            found[place] = dumps(found[place] or []).decode() if place != pick else _pick(found[place])
        return found

    return cells


def _pick(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
