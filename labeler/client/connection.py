"""HTTP to the service: any route by its path, raw, or with its answer as the shape that it has."""

import json
import ssl
from collections.abc import Callable, Iterator
from functools import cache
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from labeler.client.errors import NotUnderstood, Unreachable, raise_for
from labeler.wire.accounts import Me
from labeler.wire.base import Page

SAFE = {"GET", "HEAD"}
Shape = TypeVar("Shape", bound=BaseModel)


@cache
def certificates() -> ssl.SSLContext:
    """Those that are trusted, read once: it takes longer than the service needs for most answers, and the UI has a
    client for each page that is opened."""
    return httpx.create_ssl_context(trust_env=False)


class Connection:
    """Every route of a service, by its path.

    `get`, `post`, `patch`, `delete` and `lines` return JSON as it came. `fetch`, `send`, `page`, `each` and `rows` read
    it as a shape of `labeler.wire`: fields that a newer service added are left out.
    """

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
            verify=certificates() if transport is None else False,
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
            self._csrf = str(self.me().csrf_token)
        return self._csrf

    def get(self, path: str, **params: Any) -> Any:
        return _json(self.request("GET", path, params=_given(params)))

    def post(self, path: str, json: Any = None, files: Any = None, data: Any = None, **params: Any) -> Any:
        body = _given({"json": json, "files": files, "data": data})
        return _json(self.request("POST", path, params=params or None, **body))

    def patch(self, path: str, json: Any = None) -> Any:
        return _json(self.request("PATCH", path, **_given({"json": json})))

    def delete(self, path: str) -> Any:
        return _json(self.request("DELETE", path))

    def fetch(self, shape: type[Shape], path: str, **params: Any) -> Shape:
        """A GET's answer. Raises `NotUnderstood` when it is no such shape."""
        return read(shape, self.request("GET", path, params=_given(params)).content)

    def send(self, shape: type[Shape], method: str, path: str, **body: Any) -> Shape:
        """The answer to a request with a body: `json=`, or `files=` and `data=`."""
        return read(shape, self.request(method, path, **_given(body)).content)

    def page(self, shape: type[Shape], path: str, **params: Any) -> Page[Shape]:
        """One page of a list; `cursor=` is `next_cursor` of the page before."""
        return self.fetch(Page[shape], path, **params)  # type: ignore[valid-type]

    def each(self, shape: type[Shape], path: str, **params: Any) -> Iterator[Shape]:
        """All entries of a list, page after page, as they are asked for."""
        cursor = None
        while True:
            page = self.page(shape, path, cursor=cursor, **params)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def stream(self, path: str, **params: Any) -> Iterator[bytes]:
        """The body of a GET as it arrives."""
        try:
            with self._http.stream("GET", path, params=_given(params), timeout=None) as response:
                if not response.is_success:
                    response.read()
                    raise_for(response)
                yield from response.iter_bytes()
        except httpx.TransportError as error:
            raise Unreachable(self.url, str(error)) from error

    def _lines(self, path: str, params: dict[str, Any]) -> Iterator[bytes]:
        rest = b""
        for chunk in self.stream(path, **params):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line for line in whole if line)

    def lines(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """The rows of an NDJSON answer as they arrive."""
        return (json.loads(line) for line in self._lines(path, params))

    def rows(self, shape: type[Shape], path: str, **params: Any) -> Iterator[Shape]:
        """The rows of an NDJSON answer as they arrive, each read as a shape."""
        return (read(shape, line) for line in self._lines(path, params))

    def me(self) -> Me:
        """Who one is, and the projects that one may see."""
        return self.fetch(Me, "/me")


def read(shape: type[Shape], body: bytes) -> Shape:
    """An answer as its shape, without fields that this client does not know. Raises `NotUnderstood`."""
    return understand(shape, lambda: shape.model_validate_json(body, extra="ignore"))


def understand(shape: type[Shape], parse: Callable[[], Shape]) -> Shape:
    """What `parse` makes of an answer. Raises `NotUnderstood` where that is no such shape."""
    try:
        return parse()
    except ValidationError as error:
        raise NotUnderstood(shape.__name__, error) from error


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _json(response: httpx.Response) -> Any:
    if not response.content:
        return None
    if "json" in response.headers.get("content-type", ""):
        return response.json()
    return response.text
