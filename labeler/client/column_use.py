"""Columns of a project's table: what each is worth to a model, and what a model is without one."""

from labeler.client.connection import Connection
from labeler.client.job import Job, start
from labeler.wire.column_use import ColumnUse


class Columns:
    """Of a model: by default the live one, else the newest."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/columns"

    def use(self, model: int | None = None) -> ColumnUse:
        """What is known of a model's columns, or why nothing is."""
        return self.client.fetch(ColumnUse, self.path, model=model)

    def look(self, model: int | None = None) -> Job:
        """Find out in the background what each column is worth."""
        return start(self.client, f"{self.path}/look", json={} if model is None else {"model": model})

    def try_without(self, column: str, model: int | None = None) -> Job:
        """Train the model again without a column, in the background, and compare the two."""
        body = {"column": column} | ({} if model is None else {"model": model})
        return start(self.client, f"{self.path}/try-without", json=body)
