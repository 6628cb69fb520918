"""The service as one ASGI application: the API, and the UI on the same origin."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from labeler import rooms
from labeler.api import description, docs, health, metrics, problems
from labeler.api.middleware import Around
from labeler.api.paths import PREFIX, routes
from labeler.api.permissions import permission_of
from labeler.api.prefix import Below
from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.revision import code_revision
from labeler.registry import use

SUMMARY = "Active learning: asks for the labels that teach most, keeps every one, ties models to data and instructions."


def create_api(settings: Settings, db: Database) -> FastAPI:
    """Everything under `/api`, and the health probes. Raises when a route has no permission (G13)."""
    rooms.load_listeners()
    rooms.load_sections()
    rooms.load_finders()
    api = FastAPI(
        title="labeler",
        version=code_revision(),
        summary=SUMMARY,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # see docs.py
        servers=[{"url": settings.prefix}] if settings.prefix else None,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.db = db
    api.state.settings = settings
    for router in rooms.routers():
        api.include_router(router, prefix=PREFIX)
    api.include_router(health.outside)
    api.include_router(docs.outside)
    api.include_router(metrics.outside)
    problems.install(api)
    description.install(api)
    if settings.ui_origin:
        api.add_middleware(
            CORSMiddleware,
            allow_origins=[settings.ui_origin],
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
        )
    require_permissions()
    return api


def require_permissions() -> None:
    unguarded = [path for path, route in routes() if permission_of(route) is None]
    if unguarded:
        raise RuntimeError(f"routes without a permission in their signature: {', '.join(unguarded)}")


def wrap(app: FastAPI, settings: Settings) -> ASGIApp:
    around = Around(app, settings)
    return Below(around, settings.prefix) if settings.prefix else around


def create_app(settings: Settings | None = None) -> ASGIApp:
    """The API alone, for `labeler api` and for tests; closes its database at shutdown."""
    settings = settings or Settings()
    db = Database(settings, group_commit=True)
    return alone(create_api(settings, db), settings, db)


def alone(api: FastAPI, settings: Settings, db: Database) -> ASGIApp:
    """This API with this database, which it closes at shutdown; it may have served another before."""
    api.state.db, api.state.settings = db, settings
    api.router.lifespan_context = _closing(db)
    return wrap(api, settings)


def _closing(db: Database) -> Any:
    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        try:
            yield
        finally:
            use.flush(db)
            db.close()

    return lifespan
