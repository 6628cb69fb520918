"""A service that people find below a path, such as `https://example.org/labels/` (`LABELER_PUBLIC_URL`).

It answers with and without that path, so that a proxy may leave it on or take it off.
"""

from starlette.types import ASGIApp, Receive, Scope, Send


class Below:
    """Takes the path off what comes in with it; the path alone leads on to its first page."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix
        self.raw = prefix.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path == self.prefix:
            query = b"?" + scope["query_string"] if scope.get("query_string") else b""
            headers = [(b"location", self.raw + b"/" + query), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 308, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        if scope["type"] in ("http", "websocket") and path.startswith(f"{self.prefix}/"):
            raw = scope.get("raw_path") or path.encode()
            scope = {**scope, "path": path.removeprefix(self.prefix), "raw_path": raw.removeprefix(self.raw)}
        await self.app(scope, receive, send)
