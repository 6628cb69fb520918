"""Reviews of answers, and comments on items."""

from collections.abc import Iterator
from typing import Any

from labeler.client.connection import Connection
from labeler.client.labels import Item
from labeler.wire.reviews import CommentOut, ReviewOut, ReviewQueue


def key_of(item: Item) -> str:
    return item if isinstance(item, str) else item.key


class Reviews:
    """`project.reviews`."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/reviews"

    def __iter__(self) -> Iterator[ReviewOut]:
        """What reviewers did, newest first."""
        return self.client.each(ReviewOut, self.path)

    def queue(self, limit: int = 50) -> ReviewQueue:
        """Answers that people do not agree on, the least certain first."""
        return self.client.fetch(ReviewQueue, f"{self.path}/queue", limit=limit)

    def keep(self, item: Item, note: str = "") -> ReviewOut:
        """The answer is right."""
        return self._do(item, "keep", note=note)

    def fix(self, item: Item, value: Any, note: str = "") -> ReviewOut:
        """The answer is this one."""
        return self._do(item, "fix", value=value, note=note)

    def return_to(self, item: Item, labeler_id: int, note: str = "") -> ReviewOut:
        """The author of this label is asked again."""
        return self._do(item, "return", to=labeler_id, note=note)

    def reassign(self, item: Item, labeler_id: int | None = None, note: str = "") -> ReviewOut:
        """Somebody else is asked; None: anybody who has not labeled it."""
        return self._do(item, "reassign", to=labeler_id, note=note)

    def undo(self, review_id: int) -> ReviewOut:
        return self.client.send(ReviewOut, "DELETE", f"{self.path}/{review_id}")

    def _do(self, item: Item, action: str, **more: Any) -> ReviewOut:
        body = {"item_key": key_of(item), "action": action, **{k: v for k, v in more.items() if v is not None}}
        return self.client.send(ReviewOut, "POST", self.path, json=body)


class Comments:
    """`project.comments`."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/comments"

    def on(self, item: Item) -> list[CommentOut]:
        """Oldest first."""
        return self.client.page(CommentOut, self.path, item_key=key_of(item)).items

    def to_me(self, unread: bool = False) -> list[CommentOut]:
        """Those that mention you, newest first."""
        return self.client.page(CommentOut, self.path, unread=unread).items

    def add(self, item: Item, text: str) -> CommentOut:
        """`@name` reaches a member of the project."""
        return self.client.send(CommentOut, "POST", self.path, json={"item_key": key_of(item), "text": text})

    def read(self, comment_id: int) -> None:
        self.client.post(f"{self.path}/{comment_id}/read")
