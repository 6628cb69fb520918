"""Drift of a project's incoming items: what moved, asking for a check, and having new items labeled."""

from datetime import datetime
from typing import Any

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.drift import Drift as Found


class Drift:
    """New items beside those that were there when the live model, else the newest, learned."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/insight/drift"

    def get(self) -> Found:
        """How many came, and what the last check found."""
        return self.client.fetch(Found, self.path)

    def check(self) -> Job:
        """Compare what came since the last check, in the background."""
        return start(self.client, f"{self.path}/check")

    def sample(self, n: int = 100) -> Found:
        """Ask labelers for so many of the new items, drawn at random."""
        return self.client.send(Found, "POST", f"{self.path}/sample", json={"n": n})

    def ignore_until(self, when: datetime | None) -> Found:
        """Show no alarm as open until then; None: show it again."""
        return self._change(ignored_until=None if when is None else when.isoformat())

    def set_bar(self, bar: float | None) -> Found:
        """The effect from which on something is told; None: the usual one."""
        return self._change(bar=bar)

    def _change(self, **values: Any) -> Found:
        return self.client.send(Found, "PATCH", self.path, json=values)
