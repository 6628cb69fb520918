"""Likely label errors of a project."""

from collections.abc import Iterable, Iterator
from typing import Any

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.campaigns import CampaignOut
from labeler.wire.label_errors import ErrorKind, LabelErrorOut, LabelErrorPage


class LabelErrors:
    """What the last look found and is still so, worst first."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/label-errors"

    def __iter__(self) -> Iterator[LabelErrorOut]:
        return self.client.each(LabelErrorOut, self.path, limit=200)

    def page(
        self, cursor: str | None = None, *, kind: ErrorKind | None = None, unsent: bool = False, limit: int = 50
    ) -> LabelErrorPage:
        """A page of them, with the last look and what came of those that were sent back."""
        given: dict[str, Any] = {"kind": kind, "unsent": True if unsent else None}
        return self.client.fetch(LabelErrorPage, self.path, cursor=cursor, limit=limit, **given)

    def find(self) -> Job:
        """Look for them now, in the background."""
        return start(self.client, f"{self.path}/find")

    def recheck(
        self,
        keys: Iterable[str] | None = None,
        *,
        first: int | None = None,
        kind: ErrorKind | None = None,
        name: str | None = None,
    ) -> CampaignOut:
        """Ask for them again without showing the answer: those with these keys, or the first that were not sent yet."""
        given = {"keys": None if keys is None else list(keys), "first": first, "kind": kind, "name": name}
        body = {field: value for field, value in given.items() if value is not None}
        return self.client.send(CampaignOut, "POST", f"{self.path}/recheck", json=body)
