"""Failure modes of a project's models: finding them, keeping one under a name, and collecting for it."""

from collections.abc import Iterator

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.failure_modes import FailureMode, FailureModeDetail
from labeler.wire.failure_modes import FailureModes as Found


class FailureModes:
    """Those that are kept, by name; `all()` also has those of the last look."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/failure-modes"

    def __iter__(self) -> Iterator[FailureMode]:
        return iter(self.all().kept)

    def all(self) -> Found:
        """Those that are kept, those that the last look found, and when it was looked."""
        return self.client.fetch(Found, self.path)

    def get(self, mode_id: int) -> FailureModeDetail:
        """One of them, with examples."""
        return self.client.fetch(FailureModeDetail, f"{self.path}/{mode_id}")

    def find(self, model: int | None = None) -> Job:
        """Look for failure modes of a model (default: the newest one) in the background."""
        return start(self.client, f"{self.path}/find", json={} if model is None else {"model": model})

    def keep(self, mode_id: int, name: str) -> FailureMode:
        """Keep it under a name, or give it another one: every later model is measured on it."""
        return self.client.send(FailureMode, "POST", f"{self.path}/{mode_id}/keep", json={"name": name})

    def remove(self, mode_id: int) -> None:
        """Let it go. Labels that were collected for it stay."""
        self.client.delete(f"{self.path}/{mode_id}")

    def collect(self, mode_id: int, n: int = 100) -> FailureMode:
        """Ask labelers for so many items that are like it."""
        return self.client.send(FailureMode, "POST", f"{self.path}/{mode_id}/collect", json={"n": n})

    def stop(self, mode_id: int) -> FailureMode:
        """Ask for no more of them."""
        return self.client.send(FailureMode, "POST", f"{self.path}/{mode_id}/stop")
