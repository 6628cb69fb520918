"""What the order of the queue has saved."""

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.savings import Savings as Found


class Savings:
    """Of a project's queue, against labels in a random order."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/savings"

    def get(self) -> Found:
        """How many labels in the queue's order teach what labels drawn at random do, or why that is not known."""
        return self.client.fetch(Found, self.path)

    def count(self) -> Job:
        """Count it in the background with the newest model."""
        return start(self.client, f"{self.path}/count")
