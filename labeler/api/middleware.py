"""What happens around every request: an id, limits, headers, a log line. Plain ASGI, since it is on every path."""

import re
import secrets
import time
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labeler.accounts.auth import is_known
from labeler.api.metrics import observe
from labeler.api.paths import takes_files
from labeler.kit import telemetry, tracing
from labeler.kit.config import Settings
from labeler.kit.errors import Malformed, NotSignedIn, Problem, TooLarge, Unsupported

API_CSP = "default-src 'none'; frame-ancestors 'none'"
SLOW_SECONDS = 1.0
STRANGERS_BYTES = 64 * 1024
"""A body from somebody who is not logged in, whatever type it claims (G29)."""
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
]


def headers_of(settings: Settings, csp: str) -> list[tuple[bytes, bytes]]:
    """The headers of G20. Where people come by HTTPS, browsers come no other way for a year."""
    secure = [(b"strict-transport-security", b"max-age=31536000")] if settings.address.startswith("https://") else []
    return [*HEADERS, *secure, (b"content-security-policy", csp.encode())]


class SecurityHeaders:
    """Adds the headers of G20 to whatever answers, unless it set its own."""

    def __init__(self, app: ASGIApp, settings: Settings, csp: str) -> None:
        self.app = app
        self.headers = headers_of(settings, csp)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(message, self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/-]{1,64}")
_TRACE = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def add_headers(message: Message, headers: list[tuple[bytes, bytes]]) -> None:
    present = {name.lower() for name, _ in message["headers"]}
    message["headers"] = [*message["headers"], *((name, value) for name, value in headers if name not in present)]


def named(scope: Scope) -> tuple[str, dict[str, str]]:
    """The request's id: the sender's `X-Request-ID`, if it is one that a log can bear; and the trace that it is part of
    (`traceparent`, W3C Trace Context), for the log."""
    request_id, trace = "", {}
    for name, value in scope["headers"]:
        if name == b"x-request-id" and (found := _REQUEST_ID.fullmatch(value)):
            request_id = found[0].decode()
        elif name == b"traceparent" and (found := _TRACE.fullmatch(value)):
            trace = {"trace_id": found[1].decode()}
    return request_id or secrets.token_hex(8), trace


class Around:
    """Request id, body limit, NUL check, security headers (G18, G20) and the log line of each request."""

    def __init__(self, app: FastAPI, settings: Settings, csp: str = API_CSP) -> None:
        self.app = self.api = app
        self.settings = settings
        self.headers = headers_of(settings, csp)
        self.log = telemetry.logger()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, known = named(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id, **known)
        started = time.monotonic()
        span = tracing.begin_request(scope)
        status = 500
        extra = [*self.headers, (b"x-request-id", request_id.encode())]

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                add_headers(message, extra)
            await send(message)

        try:
            problem = await self._refused(scope)
            if problem is not None:
                await send_problem(problem, request_id, send_with_headers)
            else:
                await self.app(scope, self._limited(scope, receive), send_with_headers)
        finally:
            took = time.monotonic() - started
            slow = took - scope["state"].get("waited", 0.0) > SLOW_SECONDS
            route = getattr(scope.get("route"), "path", "none")
            observe(scope["method"], route, status, took)
            tracing.end_request(span, scope["method"], route, status)
            level = "error" if status >= 500 else "warning" if slow else "info" if status >= 400 else "debug"
            getattr(self.log, level)(
                "request", method=scope["method"], path=scope["path"], status=status, ms=round(1000 * took, 1)
            )
            structlog.contextvars.unbind_contextvars("request_id", *known)

    def _most(self, scope: Scope) -> tuple[int, int]:
        """How many bytes the body may have, and how many it says it has. Raises `Unsupported` for an encoding."""
        most, length = self.settings.max_body_bytes, 0
        for name, value in scope["headers"]:
            if name == b"content-type" and value.startswith(b"multipart/") and takes_files(scope["path"]):
                most = self.settings.max_upload_bytes + 1_000_000
            elif name == b"content-length" and value.isdigit():
                length = int(value)
            elif (name == b"content-encoding" and value.strip().lower() not in (b"", b"identity")) or (
                name == b"transfer-encoding" and value.strip().lower() != b"chunked"
            ):
                raise Unsupported("Send the body as it is: compressed ones are not read here (files may be).")
        return most, length

    async def _refused(self, scope: Scope) -> Problem | None:
        """What is wrong with a request whose body nobody has read yet."""
        if b"%00" in scope.get("raw_path", b"") or b"%00" in scope.get("query_string", b""):
            return Malformed("The address contains a NUL character.")
        try:
            most, length = self._most(scope)
            scope["state"]["most"] = most
            await self._check(scope, length, most)
        except Problem as problem:
            return problem
        return None

    async def _check(self, scope: Scope, size: int, most: int) -> None:
        """Raises `TooLarge`, or `NotSignedIn` where a stranger sends more than a log-in takes (G29)."""
        if size > most:
            raise TooLarge(f"The body is longer than {most:,} bytes.")
        if size > STRANGERS_BYTES and not scope["state"].get("known"):
            if not await is_known(self.api.state.db, scope):
                raise NotSignedIn(f"Log in before you send more than {STRANGERS_BYTES:,} bytes.")
            scope["state"]["known"] = True

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        size = 0

        async def limited() -> Message:
            nonlocal size
            asked = time.monotonic()
            message = await receive()
            # It is the client that is slow, not we: nothing to warn of.
            scope["state"]["waited"] = scope["state"].get("waited", 0.0) + time.monotonic() - asked
            if message["type"] == "http.request":
                size += len(message.get("body", b""))
                try:
                    await self._check(scope, size, scope["state"]["most"])
                except Problem as problem:
                    scope["state"]["refused"] = problem
                    raise
            return message

        return limited


async def send_problem(problem: Problem, request_id: str, send: Any) -> None:
    body = orjson.dumps(problem.body(request_id))
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
