"""Language models that label in a project."""

from collections.abc import Iterator
from typing import Any

from labeler.client import job
from labeler.client.connection import Connection
from labeler.client.job import Job
from labeler.wire.base import Page
from labeler.wire.llm import LlmAsk, LlmOut, LlmPage, LlmPreview, LlmPromptVersion


class LanguageModels:
    """Those of a project, oldest first; changed by its managers."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/labelers"

    def __iter__(self) -> Iterator[LlmOut]:
        return iter(self.all().items)

    def all(self) -> LlmPage:
        """Every one, and what the operator allows."""
        return self.client.fetch(LlmPage, f"{self.path}/llm")

    def create(self, name: str, endpoint: str, model: str, **more: Any) -> LlmOut:
        """Let a model label. more: other fields of `LlmIn`, such as api_key, cost_per_1k_tokens or blind_share."""
        body = {"name": name, "kind": "llm", "endpoint": endpoint, "model": model, **more}
        return self.client.send(LlmOut, "POST", self.path, json=body)

    def get(self, labeler_id: int) -> LlmOut:
        return self.client.fetch(LlmOut, f"{self.path}/{labeler_id}")

    def change(self, labeler_id: int, **changes: Any) -> LlmOut:
        """Change what is given. `use="count"` lets its labels count, and raises `Conflict` unless it passes."""
        return self.client.send(LlmOut, "PATCH", f"{self.path}/{labeler_id}", json=changes)

    def delete(self, labeler_id: int) -> None:
        """Its labels stay."""
        self.client.delete(f"{self.path}/{labeler_id}")

    def prompts(self, labeler_id: int) -> list[LlmPromptVersion]:
        """All versions of what it is asked, the newest first."""
        return self.client.fetch(Page[LlmPromptVersion], f"{self.path}/{labeler_id}/prompts").items

    def preview(self, labeler_id: int, item_key: str, prompt: dict[str, str] | None = None) -> LlmPreview:
        """What would be sent of an item. prompt: one that is tried and not kept."""
        body = {"item_key": item_key, "prompt": prompt}
        return self.client.send(LlmPreview, "POST", f"{self.path}/{labeler_id}/preview", json=body)

    def trial(self, labeler_id: int, n: int = 20) -> Job:
        """Ask it about some items without making labels; the result is an `LlmTrial`."""
        return job.start(self.client, f"{self.path}/{labeler_id}/trial", json={"n": n})

    def run(self, labeler_id: int, most: int, money: float | None = None) -> Job:
        """Let it label so many items. money: what that may cost."""
        return job.start(self.client, f"{self.path}/{labeler_id}/run", json={"most": most, "money": money})

    def asked(self, labeler_id: int, *, item_key: str | None = None, outcome: str | None = None) -> Iterator[LlmAsk]:
        """What was asked and what came back, newest first."""
        return self.client.each(LlmAsk, f"{self.path}/{labeler_id}/asked", item_key=item_key, outcome=outcome)
