"""Items of a project that are labeled at once."""

from collections.abc import Iterable, Iterator
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.bulk_labels import BulkOut, BulkPlan


class BulkLabels:
    """The newest hundred first."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/bulk"

    def __iter__(self) -> Iterator[BulkOut]:
        return iter(self.client.page(BulkOut, self.path).items)

    def get(self, bulk_id: int) -> BulkOut:
        return self.client.fetch(BulkOut, f"{self.path}/{bulk_id}")

    def start(self, value: Any, *, check: int | None = None, bar: float | None = None, **which: Any) -> BulkOut:
        """Label items at once: `start("spam", where={"q": "free prize"})`. The labels count when a check says so.

        which: `where` (the filters of `items.find`), `keys`, or `like` (a key) with `n`. check: how many of them people
        label first, without knowing the value; bar: the share of the same answers that must surely be reached.
        """
        return self.client.send(BulkOut, "POST", self.path, json=_body(value, check, bar, which))

    def plan(self, value: Any, *, check: int | None = None, bar: float | None = None, **which: Any) -> BulkPlan:
        """What `start` would label."""
        body = {**_body(value, check, bar, which), "dry_run": True}
        return self.client.send(BulkPlan, "POST", self.path, json=body)

    def undo(self, bulk_id: int) -> BulkOut:
        """Take all of its labels back."""
        return self.client.send(BulkOut, "POST", f"{self.path}/{bulk_id}/undo")


def _body(value: Any, check: int | None, bar: float | None, which: dict[str, Any]) -> dict[str, Any]:
    listed = {
        name: list(given) if name == "keys" and isinstance(given, Iterable) else given for name, given in which.items()
    }
    given = {"check": check, "bar": bar, **listed}
    return {"value": value, **{name: one for name, one in given.items() if one is not None}}
