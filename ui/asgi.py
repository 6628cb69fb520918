"""The UI as one ASGI application, with the service's own routes next to it on the same origin.

Why the given routes come before Streamlit's middleware: Streamlit refuses paths that look like file paths
(an item key may hold `..` or a colon), compresses and adds its session cookie. Nothing of that belongs on
the API.

Why cross-origin WebSockets are refused here: Streamlit would compare the origin with the machine's public
address, which it asks a server on the internet for. The service reaches out to nobody on its own.
"""

import gc
import importlib
import logging
import re
import threading
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import streamlit
from labeler_ui import one_page, session, theme, words
from labeler_ui.names import PAGES
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

log = logging.getLogger("labeler.ui")
HOST_CONFIG = "/_stcore/host-config"
HOST_OPTIONS: dict[str, Any] = {
    "useExternalAuthToken": False,
    "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False,
    "metricsUrl": "",
    "blockErrorDialogs": True,
    "resourceCrossOriginMode": None,
}
NO_SUCH_PAGE = Path(__file__).with_name("no_such_page.html")
SCRIPT = Path(__file__).parent / "pages" / "__main__.py"


class RoutesFirst:
    """Answers what one of the routes matches; passes everything else on."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.router = Router(routes=list(routes))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            for route in self.router.routes:
                if route.matches(scope)[0] != Match.NONE:
                    await self.router(scope, receive, send)
                    return
        await self.app(scope, receive, send)


class SameOriginSockets:
    """Refuses a WebSocket whose Origin is neither the host asked for nor one of the allowed origins. Streamlit is told
    of one that is let in as if it were at home: it need not ask anybody where that is."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app = app
        self.allowed = {urlsplit(origin).netloc for origin in origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = dict(scope["headers"])
            origin = urlsplit(headers.get(b"origin", b"").decode("latin-1")).netloc
            host = headers.get(b"host", b"").decode("latin-1")
            if origin and origin != host and origin not in self.allowed:
                log.warning(
                    "a page at %s asked for %s: set LABELER_PUBLIC_URL to the address that people use", origin, host
                )
                await send({"type": "websocket.close", "code": 4403})
                return
            if origin:
                others = [(name, value) for name, value in scope["headers"] if name != b"host"]
                scope = {**scope, "headers": [*others, (b"host", origin.encode("latin-1"))]}
        await self.app(scope, receive, send)


class KnownPages:
    """Answers an address that is no page with a page of ours, where Streamlit would show its first page, or nothing."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self.app = app
        self.names = {"/", *(f"/{name}" for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and self._is_unknown(scope):
            request = Request(scope)
            chosen = request.cookies.get(words.COOKIE)
            tag = words.known(chosen) or words.best(request.headers.get("accept-language"))
            text = NO_SUCH_PAGE.read_text(encoding="utf-8").replace('lang="en"', f'lang="{tag}"')
            text = text.replace("{home}", session.at("/"))
            await HTMLResponse(words.html(text, tag), status_code=404)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_unknown(self, scope: Scope) -> bool:
        wanted = dict(scope["headers"]).get(b"accept", b"")
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        return b"text/html" in wanted and (path.rstrip("/") or "/") not in self.names


class KnowsItsHome:
    """Tells the browser's part of Streamlit where the service is. Else it tries below each page first: two requests
    that fail (`/jobs/_stcore/health`) before a page is connected, and errors in the browser's log."""

    def __init__(self, app: ASGIApp, names: Sequence[str]) -> None:
        self.app = app
        self.names = {"/", *(f"/{name}" for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else None
        if path is None or (path or "/") not in self.names or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        await HTMLResponse(page(), headers={"Cache-Control": "no-cache"})(scope, receive, send)


class NoErrorDialogs:
    """Tells the browser's part of Streamlit to open no dialog when the connection is gone: it would cover the page, on
    which labeling goes on without one. The pages say it themselves (`theme.page_css`, the card)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].endswith(HOST_CONFIG):
            await self.app(scope, receive, send)
            return
        options = {**HOST_OPTIONS, "allowedOrigins": list(config.get_option("client.allowedOrigins"))}
        answer = JSONResponse(options, headers={"Cache-Control": "no-cache"})
        await answer(scope, receive, send)


class CompressedScripts:
    """Streamlit's scripts and styles travel compressed: 2.3 MB of them come with the first page. They are kept by the
    browser for good (their names change with their content), so that each is asked for once."""

    ENDINGS = (".js", ".css", ".svg", ".json")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressed = GZipMiddleware(app, minimum_size=1024, compresslevel=6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        static = scope["type"] == "http" and "/static/" in scope["path"] and scope["path"].endswith(self.ENDINGS)
        await (self.compressed if static else self.app)(scope, receive, send)


async def card_build(request: Request) -> PlainTextResponse:
    """Which card there is now: a tab that is open asks, since an upgrade does not change the script that it has."""
    from labeler_ui.components.card import build

    return PlainTextResponse(build(), headers={"Cache-Control": "no-store"})


def configure(max_upload_mb: int = 1024) -> None:
    """Set Streamlit's options for this process, whatever the working directory or the environment says."""
    for key, value in {**theme.streamlit_options(), "server.maxUploadSize": max_upload_mb}.items():
        config.set_option(key, value)


class WarmForVisitors:
    """Imports in the background what a page will ask for (pandas alone takes about a second), beginning with the first
    request: the browser still reads scripts then. A start, and a service that nobody looks at, go without."""

    MODULES = ("labeler_ui.app", "labeler_ui.components.card", "pandas")

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._begun = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and not self._begun:
            self._begun = True
            threading.Thread(target=self._load, name="warm-ui", daemon=True).start()
        await self.app(scope, receive, send)

    def _load(self) -> None:
        for name in self.MODULES:
            importlib.import_module(name)
        gc.collect()
        gc.freeze()  # it is there for good: the garbage collector need not walk it again and again


def on_script_error(error: Exception) -> bool:
    """Tell the user that something went wrong, in words; the traceback goes to the log only."""
    log.error("error in a page", exc_info=error)
    from labeler_ui.feedback import unexpected

    unexpected(error)
    return True


@cache
def page() -> str:
    """The HTML of every page: Streamlit's own, with where the service is."""
    index = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    home = f"""window.__streamlit = {{BACKEND_BASE_URL: new URL("{session.at("/")}", location.href).href}}"""
    assert "<head>" in index
    return index.replace("<head>", f"<head>\n    <script>{home}</script>", 1)


@cache
def content_security_policy() -> str:
    """What the pages need, and nothing from outside: a value for the Content-Security-Policy header.

    `blob:` is how Streamlit loads a component's module; the hashes are of the inline scripts in its
    index.html; styles are inline throughout.
    """
    inline = re.findall(r"<script>(.*?)</script>", page(), re.DOTALL)
    digests = (b64encode(sha256(text.encode()).digest()).decode() for text in inline)
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' blob: {hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def create_ui(
    routes: Sequence[BaseRoute] = (),
    *,
    lifespan: Callable[[Any], AbstractAsyncContextManager[dict[str, Any] | None]] | None = None,
    middleware: Sequence[Middleware] = (),
    origins: Sequence[str] = (),
    max_upload_mb: int = 1024,
) -> streamlit.App:
    """The whole site: `routes` (such as `Mount("/api", api)`, `Route("/healthz", ...)`), the UI for the rest.

    lifespan: runs around the server's life; starts and stops what the mounted applications need, since
        the lifespan of a mounted application is not run by Starlette.
    middleware: wraps everything, first one outermost (headers such as CSP go here).
    origins: further origins (`https://labels.example.org`) whose pages may open the UI's WebSocket, only
        needed behind a proxy that changes the Host header.
    """
    configure(max_upload_mb)
    one_page.install()
    names = [*PAGES, "invitation"]
    own = [
        Middleware(SameOriginSockets, origins=list(origins)),
        Middleware(RoutesFirst, routes=[*routes, Route("/card-build", card_build)]),
        Middleware(WarmForVisitors),
        Middleware(CompressedScripts),
        Middleware(NoErrorDialogs),
        Middleware(KnownPages, names=names),
        Middleware(KnowsItsHome, names=names),
    ]
    return streamlit.App(SCRIPT, lifespan=lifespan, middleware=[*middleware, *own], on_script_error=on_script_error)
