"""HTTP to the service, and its jobs."""

import json
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self

import httpx

from labeler.client.errors import JobFailed, Unreachable, raise_for

SAFE = {"GET", "HEAD"}
ENDED = {"done", "failed", "cancelled", "superseded"}


class Connection:
    """Every route of a service, by its path."""

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
            raise_for(response)
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
                    raise_for(response)
                yield from response.iter_bytes()
        except httpx.TransportError as error:
            raise Unreachable(self.url, str(error)) from error

    def lines(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """The rows of an NDJSON answer as they arrive."""
        rest = b""
        for chunk in self.stream(path, **params):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (json.loads(line) for line in whole if line)

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

    def formats(self) -> dict[str, list[dict[str, Any]]]:
        """What can be imported (`imports`) and exported (`exports`), each with its name and title."""
        found: dict[str, list[dict[str, Any]]] = self.get("/formats")
        return found

    def me(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/me")
        return found


class Job:
    """A background job; `wait` follows it to its end."""

    def __init__(self, client: Connection, row: dict[str, Any]) -> None:
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
