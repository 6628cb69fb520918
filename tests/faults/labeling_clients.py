"""Clients that label through kills, and write down every answer they got."""

import random
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from labeler.client import ApiError, Client


@dataclass
class Written:
    """What was answered with 2xx: idempotency key -> (item, value), and the client errors that came instead."""

    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    skips: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)


class LabelingClient(threading.Thread):
    """Labels until told to stop. An answer that was lost is asked for again with the same key, as a browser would."""

    def __init__(self, url: str, token: str, path: str, seed: int, pause: float = 0.0) -> None:
        """pause: seconds after an answer, as people need them."""
        super().__init__(daemon=True)
        self.pause = pause
        self.client = Client(url, token=token, timeout=10)
        self.path = path
        self.random = random.Random(seed)
        self.stopping = threading.Event()
        self.written = Written()

    def run(self) -> None:
        while not self.stopping.is_set():
            items = self._ask(f"{self.path}/queue/next", {"n": 2})
            for item in (items or {}).get("items", []):
                once = uuid.uuid4().hex
                if self.pause:
                    self.stopping.wait(self.pause)
                if self.random.random() < 0.1:
                    body = {"item_key": item["key"], "reason": "Not clear", "idempotency_key": once}
                    if self._ask(f"{self.path}/skips", body):
                        self.written.skips.add(once)
                    continue
                value = self.random.choice(["spam", "ham"])
                body = {"item_key": item["key"], "value": value, "idempotency_key": once}
                if self._ask(f"{self.path}/labels", body):
                    self.written.labels[once] = (item["key"], value)
            if items is not None and not items["items"]:
                time.sleep(0.2)

    def _ask(self, path: str, body: Any) -> Any:
        """The 2xx answer, however often it takes; None when told to stop meanwhile."""
        while not self.stopping.is_set():
            try:
                return self.client.post(path, json=body)
            except ApiError as error:
                if 400 <= error.status < 500:
                    self.written.errors.append(f"{error.status} {error.detail}")
                    return None
                if error.status >= 500 and error.status not in (503, 507):
                    self.written.errors.append(f"{error.status} {error.detail}")
            time.sleep(0.05)
        return None
