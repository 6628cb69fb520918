"""Running the service: API, UI and job worker behind one address, or each alone."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from labeler.api.app import create_api, wrap
from labeler.api.connections import bounded_server
from labeler.api.guard import UiGuard
from labeler.api.middleware import SecurityHeaders
from labeler.api.prefix import Below
from labeler.api.supervisor import Attended, Supervisor
from labeler.guidelines import apart
from labeler.heuristics import apart as heuristics
from labeler.imports import reading
from labeler.kit.bounded import Helper
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.memory import set_modules_aside

REST_SECONDS = 600.0
LOOK_SECONDS = 60.0
WEBSOCKET_BYTES = 16 * 1024**2  # of one message: the longest guideline, or a page of answers
SET_ASIDE_AFTER = (0.0, 10.0)  # seconds after the start: at once, and when what is imported late is there


def create_site(settings: Settings, *, with_ui: bool = True, supervisor: Supervisor | None = None) -> ASGIApp:
    """The ASGI application of `labeler serve` (or `labeler api` without UI and worker). supervisor: of its job worker,
    which was started before, so that both get ready at the same time."""
    db = Database(settings, group_commit=True)
    api = create_api(settings, db)
    if supervisor is not None:
        api.state.supervisor = supervisor

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        for seconds in SET_ASIDE_AFTER:
            asyncio.get_running_loop().call_later(seconds, set_modules_aside)
        resting = asyncio.create_task(_rest(reading.helper, apart.helper, heuristics.helper))
        try:
            yield
        finally:
            resting.cancel()
            if supervisor is not None:
                supervisor.stop()
            db.close()

    wrapped = wrap(api, settings)
    if supervisor is not None:
        wrapped = Attended(wrapped, supervisor)
    if not with_ui:
        api.router.lifespan_context = lifespan
        return wrapped
    from labeler_ui.asgi import content_security_policy, create_ui

    # The UI is a client like any other: it reaches the API over loopback, with the browser's own cookie.
    os.environ["LABELER_UI_API_URL"] = f"http://{_own_host(settings)}:{settings.port}"
    os.environ["LABELER_UI_PREFIX"] = settings.prefix
    routes = [
        Mount("/api", app=_Unmounted(wrapped)),
        Route("/healthz", _Unmounted(wrapped)),
        Route("/readyz", _Unmounted(wrapped)),
        Route("/metrics", _Unmounted(wrapped)),
    ]
    site: ASGIApp = create_ui(
        routes,
        lifespan=lifespan,
        middleware=[
            *([Middleware(Below, prefix=settings.prefix)] if settings.prefix else []),
            Middleware(SecurityHeaders, settings=settings, csp=content_security_policy()),
            Middleware(UiGuard, db=db),
        ],
        origins=[origin for origin in (settings.public_url, settings.ui_origin) if origin],
        max_upload_mb=settings.max_upload_bytes // 1024**2,
    )
    return site


async def _rest(*helpers: Helper) -> None:
    """End the processes that read files and long texts for the API when nobody has needed them for a while."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        for helper in helpers:
            await asyncio.to_thread(helper.rest, REST_SECONDS)


class _Unmounted:
    """The API has whole paths of its own: give it back the part that `Mount` moved to `root_path`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app({**scope, "root_path": "", "app_root_path": ""}, receive, send)


def _own_host(settings: Settings) -> str:
    return "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host


def run(site: ASGIApp, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; requests under way are finished (G21)."""
    server = bounded_server(
        site,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        ws_max_size=WEBSOCKET_BYTES,
        timeout_graceful_shutdown=20,
        timeout_keep_alive=65,
        lifespan="on",
    )
    server.run()
