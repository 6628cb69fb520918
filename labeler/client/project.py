"""One project's verbs."""

import json
import time
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from labeler.client.connection import Connection, Job
from labeler.client.errors import Unreachable
from labeler.client.items import Items


class Projects:
    def __init__(self, client: Connection) -> None:
        self.client = client

    def create(
        self,
        name: str,
        *,
        task_type: str = "choice",
        labels: Iterable[str | dict[str, Any]] | None = None,
        scale: dict[str, Any] | None = None,
        schema: dict[str, Any] | None = None,
        content: str | None = None,
        **settings: Any,
    ) -> "Project":
        """Set up a project: with labels (names, or objects with name, description, ...), or a scale for ratings
        ({"min": 1, "max": 5, "step": 1}), or the whole schema of a task type from elsewhere."""
        named = None if labels is None else [{"name": one} if isinstance(one, str) else one for one in labels]
        given: dict[str, Any] = {"labels": named, "scale": scale, "schema": schema, "content": content}
        body: dict[str, Any] = {"name": name, "task_type": task_type, "settings": settings}
        body |= {key: value for key, value in given.items() if value is not None}
        return Project(self.client, self.client.post("/projects", json=body))

    def get(self, project: str | int) -> "Project":
        return Project(self.client, self.client.get(f"/projects/{quote(str(project), safe='')}"))

    def __iter__(self) -> Iterator["Project"]:
        return (Project(self.client, row) for row in self.client.pages("/projects"))


class Project:
    """One project's verbs. `info` is its description as the service gave it."""

    def __init__(self, client: Connection, info: dict[str, Any]) -> None:
        self.client = client
        self.info = info
        self.path = f"/projects/{info['slug']}"
        self.items = Items(client, self.path)
        self.queue = Queue(client, self.path)
        self.labels = Labels(client, self.path)
        self.guidelines = Guidelines(client, self.path)

    @property
    def slug(self) -> str:
        return str(self.info["slug"])

    def progress(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.path}/progress")
        return found

    def label(self, item: dict[str, Any] | str, value: Any, **more: Any) -> dict[str, Any]:
        """Label an item (as `queue.next` gave it, or its key). Repeated when the answer is lost, recorded once."""
        body = {"item_key": item if isinstance(item, str) else item["key"], "value": value}
        body["idempotency_key"] = uuid.uuid4().hex
        if isinstance(item, dict) and "lease" in item:
            body["lease_token"] = item["lease"]["token"]
        return self._answer("labels", body | more)

    def schemas(self) -> list[dict[str, Any]]:
        """All versions of what can be answered, newest first."""
        return list(self.client.pages(f"{self.path}/schema"))

    def change_schema(
        self,
        *,
        labels: Iterable[str | dict[str, Any]] | None = None,
        mapping: dict[str, str | None] | None = None,
        reason: str = "",
        dry_run: bool = False,
        **parts: Any,
    ) -> dict[str, Any]:
        """Make the next version of what can be answered. mapping: old label to new one (two to one merge them), or to
        None, which asks for its items again. dry_run: only say how many answers it touches."""
        body = {"mapping": mapping or {}, "reason": reason, "dry_run": dry_run, **parts}
        if labels is not None:
            body["labels"] = [{"name": one} if isinstance(one, str) else one for one in labels]
        found: dict[str, Any] = self.client.post(f"{self.path}/schema", json=body)
        return found

    def answers(self) -> Iterator[dict[str, Any]]:
        """The answer in force of every item that has one, with its confidence and the labels that it was made of."""
        return self.client.lines(f"{self.path}/answers")

    def skip(self, item: dict[str, Any] | str, reason: str, **more: Any) -> dict[str, Any]:
        return self._aside("skips", item, reason, more)

    def flag(self, item: dict[str, Any] | str, reason: str, **more: Any) -> dict[str, Any]:
        return self._aside("flags", item, reason, more)

    def _aside(self, kind: str, item: dict[str, Any] | str, reason: str, more: dict[str, Any]) -> dict[str, Any]:
        key = item if isinstance(item, str) else item["key"]
        return self._answer(kind, {"item_key": key, "reason": reason, "idempotency_key": uuid.uuid4().hex} | more)

    def _answer(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        for attempt in range(5):
            try:
                found: dict[str, Any] = self.client.post(f"{self.path}/{kind}", json=body)
                return found
            except Unreachable:
                if attempt == 4:
                    raise
                time.sleep(0.2 * 2**attempt)
        raise AssertionError("unreachable")

    def undo(self, label_id: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.delete(f"{self.path}/labels/{label_id}")
        return found

    def import_file(self, path: str | Path, mapping: dict[str, Any] | None = None) -> Job:
        with open(path, "rb") as file:
            data = {"mapping": json.dumps(mapping)} if mapping else None
            return Job(
                self.client,
                self.client.post(f"{self.path}/imports", files={"file": (Path(path).name, file)}, data=data),
            )

    def train(self) -> Job:
        return Job(self.client, self.client.post(f"{self.path}/train"))

    def search(self) -> Job:
        """Search for the model that suits the project's labels; `last_search` has the result."""
        return Job(self.client, self.client.post(f"{self.path}/search"))

    def last_search(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.client.get(f"{self.path}/search")["last"]
        return found

    def snapshot(self, message: str = "") -> Job:
        return Job(self.client, self.client.post(f"{self.path}/datasets", json={"message": message}))

    def datasets(self) -> list[dict[str, Any]]:
        return list(self.client.pages(f"{self.path}/datasets"))

    def diff(self, a: int, b: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.path}/datasets/{a}/diff/{b}")
        return found

    def models(self) -> list[dict[str, Any]]:
        return list(self.client.pages(f"{self.path}/models"))

    def promote(self, number: int, reason: str = "") -> dict[str, Any]:
        body = {"stage": "live", "reason": reason}
        found: dict[str, Any] = self.client.post(f"{self.path}/models/{number}/stage", json=body)
        return found

    def rollback(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.post(f"{self.path}/rollback")
        return found

    def reproduce(self, number: int) -> Job:
        return Job(self.client, self.client.post(f"{self.path}/models/{number}/reproduce"))

    def predict(self, items: Iterable[str | dict[str, Any]]) -> list[dict[str, Any]]:
        """Predictions of the live model for texts (or `{text}` / `{fields}` objects), in their order."""
        given = [{"text": item} if isinstance(item, str) else item for item in items]
        found: list[dict[str, Any]] = []
        for start in range(0, len(given), 1000):
            answer = self.client.post(f"{self.path}/predict", json={"items": given[start : start + 1000]})
            found += [{**entry, "model": answer["model"]} for entry in answer["predictions"]]
        return found

    def export(self, target: str | Path, format: str = "jsonl", dataset: int | None = None) -> Path:
        """Write an export to a file, which appears only when it is complete."""
        path = Path(target)
        partial = path.with_name(f".{path.name}.part")
        try:
            with open(partial, "wb") as file:
                for chunk in self.client.stream(f"{self.path}/export", format=format, dataset=dataset):
                    file.write(chunk)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return path


class Queue:
    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = path

    def next(self, n: int = 1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.post(f"{self.path}/queue/next", json={"n": n})["items"]
        return found


class Labels:
    """The project's label rows, with their history."""

    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = path

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.since("0")

    def since(self, cursor: str) -> Iterator[dict[str, Any]]:
        """Label rows after a cursor; each row carries the next one in `cursor`."""
        return self.client.lines(f"{self.path}/labels", since=cursor)

    def to_pandas(self) -> Any:
        import pandas as pd

        rows = [{**row, "labeler": row["labeler"]["name"]} for row in self]
        return pd.DataFrame(rows)


class Guidelines:
    def __init__(self, client: Connection, path: str) -> None:
        self.client = client
        self.path = f"{path}/guidelines"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.client.pages(self.path)

    def current(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.path}/current")
        return found

    def publish(self, text: str, note: str = "") -> dict[str, Any]:
        """Save a text as the draft and publish it."""
        draft = self.client.post(self.path, json={"text": text, "note": note})
        found: dict[str, Any] = self.client.post(f"{self.path}/{draft['version']}/publish")
        return found

    def acknowledge(self, version: int) -> None:
        self.client.post(f"{self.path}/{version}/acknowledge")

    def diff(self, a: int, b: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"{self.path}/{a}/diff/{b}")
        return found
