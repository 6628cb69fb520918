"""Every address of the API, and what is offered there."""

import re
from functools import cache
from typing import Any, TypeGuard

from fastapi.params import File
from fastapi.routing import APIRoute

from labeler import rooms
from labeler.api import docs, health, metrics

PREFIX = "/api/v1"


def routes() -> list[tuple[str, APIRoute]]:
    """Every route with its whole path."""
    found = [(PREFIX, router) for router in rooms.routers()] + [("", one.outside) for one in (health, docs, metrics)]
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


@cache
def _takes_files() -> tuple[re.Pattern[str], ...]:
    return tuple(
        route.path_regex
        for whole, route in routes()
        if whole.startswith(PREFIX) and any(isinstance(one.field_info, File) for one in route.dependant.body_params)
    )


def takes_files(path: str) -> bool:
    """Whether a file can be uploaded at an address."""
    return any(pattern.fullmatch(path.removeprefix(PREFIX)) for pattern in _takes_files())


def _is_route(route: Any) -> TypeGuard[APIRoute]:
    return isinstance(route, APIRoute)
