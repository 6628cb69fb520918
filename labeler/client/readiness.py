"""A project's readiness for production: the checklists, and vouching for their lines."""

from datetime import date

from labeler.client.connection import Connection
from labeler.wire.readiness import Readiness as Found


class Readiness:
    """The four checklists of the ML Test Score."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/insight/readiness"

    def get(self) -> Found:
        """What is known of each line, and the score."""
        return self.client.fetch(Found, self.path)

    def report(self) -> str:
        """The same as a page of Markdown."""
        return self.client.request("GET", f"{self.path}/report").text

    def confirm(self, line: str, reason: str, review_on: date, *, automated: bool = False) -> Found:
        """Vouch for a line until a day. automated: a program looks at it again and again."""
        body = {"reason": reason, "review_on": review_on.isoformat(), "automated": automated}
        return self.client.send(Found, "PUT", f"{self.path}/{line}", json=body)

    def withdraw(self, line: str) -> Found:
        """Take a confirmation back."""
        return self.client.send(Found, "DELETE", f"{self.path}/{line}")
