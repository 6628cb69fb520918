"""Assignments of a project: open items that certain people get first, or alone."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from labeler.client.connection import Connection
from labeler.wire.assignments import AssignmentOut, AssignmentPlan


class Assignments:
    """Those of a project, newest first."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/assignments"

    def __iter__(self) -> Iterator[AssignmentOut]:
        return self.client.each(AssignmentOut, self.path)

    def latest(self, most: int = 50) -> list[AssignmentOut]:
        """The newest ones, at most so many."""
        return self.client.page(AssignmentOut, self.path, limit=most).items

    def get(self, assignment_id: int) -> AssignmentOut:
        """With how far it is."""
        return self.client.fetch(AssignmentOut, f"{self.path}/{assignment_id}")

    def start(self, to: Sequence[int], *, name: str | None = None, only: bool = False, **which: Any) -> AssignmentOut:
        """Let these people get items first: `start([7], where={"q": "refund"}, only=True)`.

        only: nobody else gets them. which: `where` (the filters of `items.find`) or `keys`, else all that are open; and
        `share` or `n`, for a part of these that is drawn at random.
        """
        return self.client.send(AssignmentOut, "POST", self.path, json=_body(to, name, only, which))

    def plan(self, to: Sequence[int], *, only: bool = False, **which: Any) -> AssignmentPlan:
        """What `start` would assign."""
        body = {**_body(to, None, only, which), "dry_run": True}
        return self.client.send(AssignmentPlan, "POST", self.path, json=body)

    def end(self, assignment_id: int) -> AssignmentOut:
        """What is open comes to everybody."""
        return self.client.send(AssignmentOut, "POST", f"{self.path}/{assignment_id}/end")


def _body(to: Sequence[int], name: str | None, only: bool, which: dict[str, Any]) -> dict[str, Any]:
    listed = {
        how: list(given) if how == "keys" and isinstance(given, Iterable) else given for how, given in which.items()
    }
    given = {"name": name, **{how: one for how, one in listed.items() if one is not None}}
    return {"to": list(to), "only": only, **{how: one for how, one in given.items() if one is not None}}
