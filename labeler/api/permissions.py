"""What a route asks of its caller, as its signature says (G13)."""

from collections.abc import Callable, Iterator
from typing import Any

from fastapi.routing import APIRoute

from labeler.accounts.auth import get_admin, get_caller, get_creator, get_observer, get_owner, needs_nothing

STRICTEST_FIRST = [
    "manage",
    "write",
    "label",
    "read",
    "see",
    "admin",
    "observer",
    "creator",
    "owner",
    "signed-in",
    "nobody",
]
KNOWN: dict[Any, str] = {
    needs_nothing: "nobody",
    get_caller: "signed-in",
    get_admin: "admin",
    get_observer: "observer",
    get_creator: "creator",
    get_owner: "owner",
}


def permission_of(route: APIRoute) -> str | None:
    """Nobody, signed-in, owner, admin, creator, or a right in the project; None where the signature names none."""
    found = [str(getattr(call, "right", None) or KNOWN.get(call) or "") for call in dependencies_of(route)]
    return min(filter(None, found), key=STRICTEST_FIRST.index, default=None)


def dependencies_of(route: APIRoute) -> Iterator[Callable[..., Any]]:
    """Every dependency in a route's signature, and those of dependencies."""

    def inner(dependant: Any) -> Iterator[Callable[..., Any]]:
        for one in dependant.dependencies:
            yield one.call
            yield from inner(one)

    return inner(route.dependant)
