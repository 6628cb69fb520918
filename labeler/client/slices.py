"""Slices of a project: saved searches with a name that fill themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.slices import SliceOut


class Slices:
    """The slices, by name. How a model does on them is in its `slices`."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/slices"

    def __iter__(self) -> Iterator[SliceOut]:
        return iter(self.client.page(SliceOut, self.path).items)

    def create(self, name: str, query: str | Mapping[str, Any]) -> SliceOut:
        """query: words, or filters as `Items.find` takes them (`q`, `label`, `metadata`, `split`, `import_id`,
        `like`, ...)."""
        body = {"name": name, "query": query if isinstance(query, str) else dict(query)}
        return self.client.send(SliceOut, "POST", self.path, json=body)

    def remove(self, slice_id: int) -> None:
        """Its items stay as they are."""
        self.client.delete(f"{self.path}/{slice_id}")
