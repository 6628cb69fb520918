"""Every address of the API, and what is offered there."""

from typing import Any, TypeGuard

from fastapi.routing import APIRoute

from labeler import rooms
from labeler.api import docs, health

PREFIX = "/api/v1"


def routes() -> list[tuple[str, APIRoute]]:
    """Every route with its whole path."""
    found = [(PREFIX, router) for router in rooms.routers()] + [("", health.outside), ("", docs.outside)]
    return [(prefix + route.path, route) for prefix, router in found for route in router.routes if _is_route(route)]


def methods_at(path: str) -> list[str]:
    """The methods that are offered at an address."""
    inner = path.removeprefix(PREFIX)
    found = (
        route.methods or ()
        for whole, route in routes()
        if route.path_regex.fullmatch(inner if whole.startswith(PREFIX) else path)
    )
    return sorted({method for methods in found for method in methods})


def _is_route(route: Any) -> TypeGuard[APIRoute]:
    return isinstance(route, APIRoute)
