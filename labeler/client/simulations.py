"""Query strategies simulated on the labels that a project has."""

from collections.abc import Sequence

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.simulations import Simulations as Found


class Simulations:
    """Of a project."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/simulations"

    def get(self) -> Found:
        """The last ones, the newest first, and the strategies that can be simulated."""
        return self.client.fetch(Found, self.path)

    def run(self, strategies: Sequence[str] = (), seeds: int = 3) -> Job:
        """Simulate strategies beside a random order, in the background; without names the project's own."""
        return start(self.client, self.path, json={"strategies": list(strategies), "seeds": seeds})
