"""Putting items in, and reading them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from labeler.client import job
from labeler.client.connection import Connection
from labeler.client.job import Job
from labeler.wire.insight import HistoryEntry, ItemOut, ItemPage
from labeler.wire.items import AddResult, ItemIn
from labeler.wire.meaning import Like, LikeFound
from labeler.wire.removal import RemovalOut
from labeler.wire.sources import SourceIn, SourceOut, Sources, SourceState

CHUNK = 2_000
Row = dict[str, Any]


class Items:
    """The items of a project; iterating reads all of them, page after page."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/items"

    def add(
        self,
        rows: Any,
        *,
        key: str | None = None,
        text: str | None = None,
        label: str | None = None,
        metadata: Iterable[str] = (),
        progress: bool = True,
    ) -> AddResult:
        """Add a pandas frame (name its columns) or an iterable of items: `ItemIn`, or objects with its fields.

        Of a frame without `text`, all other columns are the fields of a table row. Returns what was taken.
        """
        entries = _from_frame(rows, key, text, label, list(metadata)) if hasattr(rows, "to_dict") else _plain(rows)
        total = AddResult(taken=0, already_there=0, refused=0, errors=[])
        for start in _tracked(range(0, len(entries), CHUNK), "Adding items", progress and len(entries) > CHUNK):
            part = self.client.send(AddResult, "POST", self.path, json=entries[start : start + CHUNK])
            total.taken += part.taken
            total.already_there += part.already_there
            total.repeated += part.repeated
            total.refused += part.refused
            total.errors += [error.model_copy(update={"row": error.row + start}) for error in part.errors]
            total.notes += [note.model_copy(update={"row": note.row + start}) for note in part.notes]
            total.balance.add(part.balance, start)
        return total

    def fetch(self, urls: Iterable[str | SourceIn]) -> Job:
        """Fetch documents as items (see `POST /items/fetch`); the job's result is an `AddResult`."""
        rows = [SourceIn(url=one) if isinstance(one, str) else one for one in urls]
        body = {"items": [one.model_dump(exclude_none=True) for one in rows]}
        return job.start(self.client, f"{self.path}/fetch", json=body)

    def sources(self, state: SourceState | None = None) -> Iterator[SourceOut]:
        """Where items came from that were fetched. state: only those."""
        return self.client.each(SourceOut, self.path.removesuffix("/items") + "/sources", state=state)

    def source_counts(self) -> Sources:
        """How many came from a URL, by state, and which hosts are allowed; with the first of them."""
        return self.client.fetch(Sources, self.path.removesuffix("/items") + "/sources")

    def recheck_sources(self) -> Job:
        """Look whether documents have changed since they were fetched; `sources` says which."""
        return job.start(self.client, self.path.removesuffix("/items") + "/sources/recheck")

    def remove(
        self,
        keys: Iterable[str] | None = None,
        *,
        import_id: int | None = None,
        search: dict[str, Any] | None = None,
        dry_run: bool = False,
    ) -> RemovalOut:
        """Remove items: by keys, by the import (the id of its job) that brought them, or by a search (the filters of
        `find`). They leave the queue and the pool, in a job; labels stay on record, dataset versions as they are."""
        body: dict[str, Any] = {"import_id": import_id, "search": search, "dry_run": dry_run}
        body["keys"] = None if keys is None else list(keys)
        return self.client.send(RemovalOut, "DELETE", self.path, json={k: v for k, v in body.items() if v is not None})

    def __iter__(self) -> Iterator[ItemOut]:
        return self.find()

    def find(self, **filters: Any) -> Iterator[ItemOut]:
        """Items with their labels, flags and predictions. filters: those of GET /items (label, unlabeled, q, ...);
        metadata: the values of fields, such as {"region": "EU"}; like: what they mean, a text, or a mapping with
        `text` or `keys` of items, and `least`, the least similarity."""
        return self.client.each(ItemOut, self.path, **{"limit": 500, **_as_asked(filters)})

    def page(self, cursor: str | None = None, *, limit: int = 50, **filters: Any) -> ItemPage:
        """One page of `find`. cursor: `next_cursor` of the page before; count=True: with how many there are in all."""
        return self.client.fetch(ItemPage, self.path, cursor=cursor, limit=limit, **_as_asked(filters))

    def get(self, key: str) -> ItemOut:
        return self.client.fetch(ItemOut, self._of(key))

    def history(self, key: str) -> list[HistoryEntry]:
        """Everything that was ever said about an item, oldest first."""
        return self.client.page(HistoryEntry, f"{self._of(key)}/history").items

    def similar(self, key: str, n: int = 10) -> list[ItemOut]:
        """The n items most like this one, the most similar first."""
        return self.client.page(ItemOut, f"{self._of(key)}/similar", n=n).items

    def like(self, like: str | Mapping[str, Any], shown: int = 5) -> LikeFound:
        """How many items mean about the same as a text (or {"text" or "keys": ..., "least": ...}), and those nearest to
        the bar."""
        asked = {"text": like} if isinstance(like, str) else dict(like)
        path = f"{self.path.removesuffix('/items')}/insight/like"
        return self.client.send(LikeFound, "POST", path, json={"like": asked, "shown": shown})

    def _of(self, key: str) -> str:
        return f"{self.path}/{quote(key, safe='')}"


def _as_asked(filters: dict[str, Any]) -> dict[str, Any]:
    """Filters as an address has them."""
    like = filters.get("like")
    if isinstance(like, Like | Mapping):
        given = like.model_dump() if isinstance(like, Like) else dict(like)
        filters = filters | {"like": given.get("text"), "like_key": given.get("keys"), "like_least": given.get("least")}
    fields = filters.get("metadata")
    if not isinstance(fields, Mapping):
        return filters
    return filters | {"metadata": [f"{name}={value}" for name, value in fields.items()] or None}


def _plain(rows: Iterable[Row | ItemIn]) -> list[Row]:
    return [row.model_dump(exclude_unset=True) if isinstance(row, ItemIn) else row for row in rows]


def _tracked(numbers: range, text: str, shown: bool) -> Iterable[int]:
    """With a progress bar where rich is installed."""
    if not shown:
        return numbers
    try:
        from rich.progress import track
    except ImportError:
        return numbers
    return track(numbers, description=text)


def _from_frame(frame: Any, key: str | None, text: str | None, label: str | None, metadata: list[str]) -> list[Row]:
    # Through JSON: it turns NaN into null, and dates and NumPy numbers into what the service takes.
    rows: list[Row] = json.loads(frame.to_json(orient="records", date_format="iso"))
    named = {key, text, label, *metadata}
    entries = []
    for row in rows:
        entry: Row = {"key": str(row[key])} if key else {}
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
