"""The service's verbs for Python: what pipelines and the UI use.

    with Client("http://127.0.0.1:8000", token=...) as c:
        p = c.projects.create("sms", task_type="choice", labels=["spam", "ham"])
        p.items.add(frame, key="id", text="text")
        for item in p.queue.next(5): p.label(item, "ham")
        p.train().wait(); p.snapshot("first thousand").wait(); p.labels.to_pandas()

An answer that is not a success raises `ApiError`; each problem type has a subclass of its own, so
`except client.GuidelineNotAcknowledged` works. `Client.get/post/patch/delete/stream` reach every route.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from labeler.kit import errors

SAFE = {"GET", "HEAD"}
CHUNK = 2_000
ENDED = {"done", "failed", "cancelled", "superseded"}


class ApiError(Exception):
    """What the service said is wrong: `status`, `type`, `title`, `detail`, `errors`, `request_id`."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.type = str(body.get("type", "unknown"))
        self.title = str(body.get("title", "The service could not be understood"))
        self.detail = str(body.get("detail", ""))
        self.errors: list[dict[str, str]] = body.get("errors") or []
        self.request_id = str(body.get("request_id", ""))
        self.body = body
        super().__init__(f"{self.title}: {self.detail}")


class Unreachable(ApiError):
    """No answer at all: the service is down, or the address is wrong."""

    def __init__(self, url: str, reason: str) -> None:
        detail = f"No answer from {url}: {reason}. Is the service running?"
        super().__init__(0, {"type": "unreachable", "title": "The service can't be reached", "detail": detail})


class JobFailed(ApiError):
    """A job that was waited for ended in another way than done; `body` is the job."""

    def __init__(self, job: dict[str, Any]) -> None:
        detail = job.get("error") or f"The job is {job['state']}."
        super().__init__(0, {"type": "job-failed", "title": f"Job {job['id']} {job['state']}", "detail": detail})
        self.job = job


def _class_name(problem: type[errors.Problem]) -> str:
    return problem.__name__


_BY_TYPE: dict[str, type[ApiError]] = {}
for _problem in errors.every_problem():
    _kind = type(_class_name(_problem), (ApiError,), {"__doc__": _problem.title, "__module__": __name__})
    globals()[_kind.__name__] = _kind
    _BY_TYPE[_problem.type] = _kind


def _raise(response: httpx.Response) -> None:
    try:
        body = response.json()
    except ValueError:
        body = {"detail": response.text[:500]}
    if not isinstance(body, dict):
        body = {"detail": str(body)[:500]}
    raise _BY_TYPE.get(str(body.get("type")), ApiError)(response.status_code, body)


class Client:
    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        session: str | None = None,
        *,
        timeout: float = 60.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """token: an API token. session: a browser's session cookie (the UI acts with it)."""
        self.url = url.rstrip("/")
        headers = {"authorization": f"Bearer {token}"} if token else {}
        cookies = {"labeler_session": session} if session else None
        self._session = session
        self._csrf: str | None = None
        self._http = httpx.Client(
            base_url=self.url + "/api/v1",
            headers=headers,
            cookies=cookies,
            timeout=timeout,
            transport=transport,
            trust_env=False,
        )
        self.projects = Projects(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any route, as an HTTP response; raises `ApiError` for anything but success."""
        headers = dict(options.pop("headers", None) or {})
        if self._session and method not in SAFE:
            headers["x-csrf-token"] = self._csrf_token()
        try:
            response = self._http.request(method, path, headers=headers, **options)
        except httpx.TransportError as error:
            raise Unreachable(self.url, str(error)) from error
        if not response.is_success:
            _raise(response)
        return response

    def _csrf_token(self) -> str:
        if self._csrf is None:
            self._csrf = str(self.get("/me")["csrf_token"])
        return self._csrf

    def get(self, path: str, **params: Any) -> Any:
        return self._json("GET", path, params={k: v for k, v in params.items() if v is not None})

    def post(self, path: str, json: Any = None, files: Any = None, data: Any = None, **params: Any) -> Any:
        return self._json("POST", path, json=json, files=files, data=data, params=params or None)

    def patch(self, path: str, json: Any = None) -> Any:
        return self._json("PATCH", path, json=json)

    def delete(self, path: str) -> Any:
        return self._json("DELETE", path)

    def _json(self, method: str, path: str, **options: Any) -> Any:
        response = self.request(method, path, **{key: value for key, value in options.items() if value is not None})
        if not response.content:
            return None
        if "json" in response.headers.get("content-type", ""):
            return response.json()
        return response.text

    def stream(self, path: str, **params: Any) -> Iterator[bytes]:
        """The body of a GET as it arrives."""
        chosen = {key: value for key, value in params.items() if value is not None}
        try:
            with self._http.stream("GET", path, params=chosen, timeout=None) as response:
                if not response.is_success:
                    response.read()
                    _raise(response)
                yield from response.iter_bytes()
        except httpx.TransportError as error:
            raise Unreachable(self.url, str(error)) from error

    def pages(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """All entries of a list, page after page."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **params)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def job(self, job_id: int) -> "Job":
        return Job(self, self.get(f"/jobs/{job_id}"))

    def me(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/me")
        return found


class Job:
    """A background job; `wait` follows it to its end."""

    def __init__(self, client: Client, row: dict[str, Any]) -> None:
        self.client = client
        self.row = row

    @property
    def id(self) -> int:
        return int(self.row["id"])

    @property
    def state(self) -> str:
        return str(self.row["state"])

    @property
    def result(self) -> Any:
        return self.row["result"]

    def refresh(self) -> "Job":
        self.row = self.client.get(f"/jobs/{self.id}")
        return self

    def cancel(self) -> "Job":
        self.row = self.client.post(f"/jobs/{self.id}/cancel")
        return self

    def wait(self, timeout: float | None = None, *, tell: Callable[[dict[str, Any]], None] | None = None) -> "Job":
        """Wait until the job is done; raises `JobFailed` otherwise, `TimeoutError` after `timeout` seconds.

        tell: called with the job each time it is looked at (a progress bar).
        """
        stop_at = None if timeout is None else time.monotonic() + timeout
        pause = 0.05
        while self.state not in ENDED:
            if stop_at is not None and time.monotonic() > stop_at:
                raise TimeoutError(f"job {self.id} is still {self.state} after {timeout} s")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.3)
            self.refresh()
            if tell is not None:
                tell(self.row)
        if self.state not in ("done", "superseded"):
            raise JobFailed(self.row)
        return self


class Projects:
    def __init__(self, client: Client) -> None:
        self.client = client

    def create(
        self, name: str, *, task_type: str = "choice", labels: Iterable[str | dict[str, Any]], **settings: Any
    ) -> "Project":
        named = [{"name": label} if isinstance(label, str) else label for label in labels]
        body = {"name": name, "task_type": task_type, "labels": named, "settings": settings}
        return Project(self.client, self.client.post("/projects", json=body))

    def get(self, project: str | int) -> "Project":
        return Project(self.client, self.client.get(f"/projects/{quote(str(project), safe='')}"))

    def __iter__(self) -> Iterator["Project"]:
        return (Project(self.client, row) for row in self.client.pages("/projects"))


class Project:
    """One project's verbs. `info` is its description as the service gave it."""

    def __init__(self, client: Client, info: dict[str, Any]) -> None:
        self.client = client
        self.info = info
        self.path = f"/projects/{info['slug']}"
        self.items = Items(self)
        self.queue = Queue(self)
        self.labels = Labels(self)
        self.guidelines = Guidelines(self)

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


class Items:
    def __init__(self, project: Project) -> None:
        self.project = project

    def add(
        self,
        rows: Any,
        *,
        key: str | None = None,
        text: str | None = None,
        label: str | None = None,
        metadata: Iterable[str] = (),
        progress: bool = True,
    ) -> dict[str, Any]:
        """Add a pandas frame (name its columns) or an iterable of item objects; returns what was taken.

        Of a frame without `text`, all other columns are the fields of a table row.
        """
        entries = _from_frame(rows, key, text, label, list(metadata)) if hasattr(rows, "to_dict") else list(rows)
        total: dict[str, Any] = {"taken": 0, "already_there": 0, "refused": 0, "errors": []}
        for start in _tracked(range(0, len(entries), CHUNK), "Adding items", progress and len(entries) > CHUNK):
            part = self.project.client.post(f"{self.project.path}/items", json=entries[start : start + CHUNK])
            for error in part.pop("errors"):
                total["errors"].append({**error, "row": error["row"] + start})
            for name, number in part.items():
                total[name] += number
        return total

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.project.client.pages(f"{self.project.path}/items", limit=500)

    def get(self, key: str) -> dict[str, Any]:
        found: dict[str, Any] = self.project.client.get(f"{self.project.path}/items/{quote(key, safe='')}")
        return found


def _tracked(numbers: range, text: str, shown: bool) -> Iterable[int]:
    if not shown:
        return numbers
    from rich.progress import track

    return track(numbers, description=text)


def _from_frame(
    frame: Any, key: str | None, text: str | None, label: str | None, metadata: list[str]
) -> list[dict[str, Any]]:
    # Through JSON: it turns NaN into null, and dates and NumPy numbers into what the service takes.
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    named = {key, text, label, *metadata}
    entries = []
    for row in rows:
        entry: dict[str, Any] = {"key": str(row[key])} if key else {}
        if text:
            entry["text"] = row[text]
        else:
            entry["fields"] = {name: value for name, value in row.items() if name not in named}
        if label and row[label] is not None:
            entry["label"] = row[label]
        if metadata:
            entry["metadata"] = {name: row[name] for name in metadata}
        entries.append(entry)
    return entries


class Queue:
    def __init__(self, project: Project) -> None:
        self.project = project

    def next(self, n: int = 1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.project.client.post(f"{self.project.path}/queue/next", json={"n": n})[
            "items"
        ]
        return found


class Labels:
    """The project's label rows, with their history."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.since("0")

    def since(self, cursor: str) -> Iterator[dict[str, Any]]:
        """Label rows after a cursor; each row carries the next one in `cursor`."""
        rest = b""
        for chunk in self.project.client.stream(f"{self.project.path}/labels", since=cursor):
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (json.loads(line) for line in lines if line)

    def to_pandas(self) -> Any:
        import pandas as pd

        rows = [{**row, "labeler": row["labeler"]["name"]} for row in self]
        return pd.DataFrame(rows)


class Guidelines:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = f"{project.path}/guidelines"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.project.client.pages(self.path)

    def current(self) -> dict[str, Any]:
        found: dict[str, Any] = self.project.client.get(f"{self.path}/current")
        return found

    def publish(self, text: str, note: str = "") -> dict[str, Any]:
        """Save a text as the draft and publish it."""
        draft = self.project.client.post(self.path, json={"text": text, "note": note})
        found: dict[str, Any] = self.project.client.post(f"{self.path}/{draft['version']}/publish")
        return found

    def acknowledge(self, version: int) -> None:
        self.project.client.post(f"{self.path}/{version}/acknowledge")

    def diff(self, a: int, b: int) -> dict[str, Any]:
        found: dict[str, Any] = self.project.client.get(f"{self.path}/{a}/diff/{b}")
        return found
