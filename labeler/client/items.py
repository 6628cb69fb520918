"""Putting items in, and reading them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from labeler.client.connection import Connection

CHUNK = 2_000


class Items:
    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = path

    def add(
        self,
        rows: Any,
        *,
        key: str | None = None,
        text: str | None = None,
        label: str | None = None,
        metadata: Iterable[str] = (),
        progress: bool = True,
    ) -> dict[str, Any]:
        """Add a pandas frame (name its columns) or an iterable of item objects; returns what was taken.

        Of a frame without `text`, all other columns are the fields of a table row.
        """
        entries = _from_frame(rows, key, text, label, list(metadata)) if hasattr(rows, "to_dict") else list(rows)
        total: dict[str, Any] = {"taken": 0, "already_there": 0, "refused": 0, "errors": []}
        for start in _tracked(range(0, len(entries), CHUNK), "Adding items", progress and len(entries) > CHUNK):
            part = self.client.post(f"{self.path}/items", json=entries[start : start + CHUNK])
            for error in part.pop("errors"):
                total["errors"].append({**error, "row": error["row"] + start})
            for name, number in part.items():
                total[name] += number
        return total

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.client.pages(f"{self.path}/items", limit=500)

    def get(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.path}/items/{quote(key, safe='')}")
        return found


def _tracked(numbers: range, text: str, shown: bool) -> Iterable[int]:
    if not shown:
        return numbers
    from rich.progress import track

    return track(numbers, description=text)


def _from_frame(
    frame: Any, key: str | None, text: str | None, label: str | None, metadata: list[str]
) -> list[dict[str, Any]]:
    # Through JSON: it turns NaN into null, and dates and NumPy numbers into what the service takes.
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    named = {key, text, label, *metadata}
    entries = []
    for row in rows:
        entry: dict[str, Any] = {"key": str(row[key])} if key else {}
        if text:
            entry["text"] = row[text]
        else:
            entry["fields"] = {name: value for name, value in row.items() if name not in named}
        if label and row[label] is not None:
            entry["label"] = row[label]
        if metadata:
            entry["metadata"] = {name: row[name] for name in metadata}
        entries.append(entry)
    return entries
