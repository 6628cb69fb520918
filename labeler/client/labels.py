"""Labels, skips and hard flags: giving them, and reading them back."""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from labeler.client.connection import Connection
from labeler.client.errors import Unreachable
from labeler.wire.insight import ComparableItem, ItemOut
from labeler.wire.labels import FlagOut, LabelRow, OwnAnswer, OwnFlag
from labeler.wire.queue import LabelsRecorded, NextOut, QueueItem

TRIES = 5
Item = str | QueueItem | ItemOut
"""An item's key, or the item as the queue or the project gave it."""
Answer = TypeVar("Answer", bound=BaseModel)


class Queue:
    """What to label next."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/queue"

    def next(self, n: int = 1, keep: Sequence[str] | None = None) -> list[QueueItem]:
        """Up to n items, lent to the caller for a time; asking again returns those that are held.

        keep: keys of the held items that stay; the others go back, so that what comes first now is lent.
        """
        body = {"n": n, **({} if keep is None else {"keep": list(keep)})}
        return self.client.send(NextOut, "POST", f"{self.path}/next", json=body).items

    def release(self, items: list[QueueItem]) -> None:
        """Give items back that will not be labeled now."""
        self.client.post(f"{self.path}/release", json={"lease_tokens": [item.lease.token for item in items]})


class Labels:
    """The project's label rows, with their history."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/labels"

    def __iter__(self) -> Iterator[LabelRow]:
        return self.since("0")

    def since(self, cursor: str) -> Iterator[LabelRow]:
        """Label rows after a cursor; each row carries the next one in `cursor`."""
        return self.client.rows(LabelRow, self.path, since=cursor)

    def to_pandas(self) -> Any:
        """All rows as a frame, the labelers by name. They are taken as they come, since there may be millions."""
        import pandas as pd

        return pd.DataFrame([{**row, "labeler": row["labeler"]["name"]} for row in self.client.lines(self.path)])


class Flags:
    """What labelers found hard; iterating reads what is open."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/flags"

    def __iter__(self) -> Iterator[FlagOut]:
        return self.find()

    def find(self, state: str = "open") -> Iterator[FlagOut]:
        """Newest first. state: open, resolved or all."""
        return self.client.each(FlagOut, self.path, state=state, limit=200)

    def resolve(
        self, flag_id: int, note: str = "", value: Any = None, rule: str = "", *, example: bool = False
    ) -> FlagOut:
        """Close a flag; value: also label the item with this; rule: what the draft of the guideline says from now on,
        with the item as its example if wanted."""
        body = {"note": note, **({} if value is None else {"value": value})}
        if rule:
            body |= {"rule": rule, "example": example}
        return self.client.send(FlagOut, "POST", f"{self.path}/{flag_id}/resolve", json=body)

    def reopen(self, flag_id: int) -> FlagOut:
        """Take a decision back: the flag is open again."""
        return self.client.send(FlagOut, "POST", f"{self.path}/{flag_id}/reopen")


class OwnWork:
    """What one said oneself and what became of hard flags; iterating reads the answers that stand, newest first."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/own"

    def __iter__(self) -> Iterator[OwnAnswer]:
        return self.client.each(OwnAnswer, f"{self.path}/answers", limit=200)

    def decided_flags(self) -> list[OwnFlag]:
        """Hard flags that were decided, and whose decision is not marked as read."""
        return self.client.page(OwnFlag, f"{self.path}/flags").items

    def mark_read(self, flag_id: int) -> None:
        self.client.request("POST", f"{self.path}/flags/{flag_id}/read")

    def comparable(self, key: str, n: int = 5) -> list[ComparableItem]:
        """The labeled items most like this one, each with its answer."""
        return self.client.page(ComparableItem, f"{self.path}/comparable", key=key, n=n).items


def answer(client: Connection, shape: type[Answer], path: str, item: Item, said: Mapping[str, Any]) -> Answer:
    """Send what somebody says about an item. Repeated when the reply is lost, recorded once."""
    body = {"item_key": item if isinstance(item, str) else item.key, "idempotency_key": uuid.uuid4().hex}
    if isinstance(item, QueueItem):
        body["lease_token"] = item.lease.token
    return _surely(client, shape, path, {**body, **said})


def answer_many(client: Connection, path: str, answers: Mapping[str, Any]) -> LabelsRecorded:
    """Send the labels of several items, by their keys, in one request."""
    once = uuid.uuid4().hex
    bodies = [
        {"item_key": key, "value": value, "idempotency_key": f"{once} {number}"}
        for number, (key, value) in enumerate(answers.items())
    ]
    return _surely(client, LabelsRecorded, path, bodies)


def _surely(client: Connection, shape: type[Answer], path: str, body: Any) -> Answer:
    for attempt in range(TRIES):
        try:
            return client.send(shape, "POST", path, json=body)
        except Unreachable:
            if attempt == TRIES - 1:
                raise
            time.sleep(0.2 * 2**attempt)
    raise AssertionError("unreachable")
