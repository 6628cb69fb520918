"""The OpenAPI description: what FastAPI makes of the routes, completed so that whole clients can be generated from it
(docs/decisions/0022-generated-clients.md)."""

from collections.abc import Iterator
from threading import Lock
from typing import Any

from fastapi import FastAPI

from labeler import rooms
from labeler.accounts.auth import COOKIE
from labeler.accounts.write import get_writer
from labeler.api.paths import routes
from labeler.api.permissions import dependencies_of, permission_of
from labeler.kit.web import BINARY, BYTES
from labeler.plugins import registries

Operation = dict[str, Any]
PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457. `type` is a stable name, `detail` says what to do, `errors` points at each field.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "errors", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
RESPONSE = {
    "description": "What is wrong, and what to do.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of your choice. Repeating the request with it returns the first answer, and does nothing.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, from POST /tokens."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A browser's session, from POST /session. Requests that change something need the header "
        "`X-CSRF-Token` too, with `csrf_token` of GET /me, unless they come from a page of the service.",
    },
}


def install(app: FastAPI) -> None:
    plain = app.openapi

    lock = Lock()

    def openapi() -> dict[str, Any]:
        with lock:  # FastAPI's own is there before it is complete
            if app.openapi_schema is None:
                rooms.load_registries()  # the names in them are values of parameters
                _complete(plain())
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]


def _complete(found: dict[str, Any]) -> None:
    signatures = {route.name: route for _, route in routes()}
    components = found["components"]
    schemas = components["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if "-" in name:  # one shape, sent and answered: generators take titles for names
            schema["title"] = name.replace("-", "")
        for field in schema.get("properties", {}).values():
            if field.get("contentMediaType") == BYTES:  # a file in a form
                field |= BINARY
            if shape := field.pop("x-written", None):  # JSON in a form
                name = f"{shape}-Input" if f"{shape}-Input" in schemas else shape
                said = field.pop("description", "")
                field.clear()
                field |= {"$ref": f"#/components/schemas/{name}", "description": said}
    schemas["Problem"] = PROBLEM
    components["responses"] = {"Problem": RESPONSE}
    components["securitySchemes"] = SCHEMES
    for path, method, operation in _operations(found):
        route = signatures[operation["operationId"]]
        is_open = permission_of(route) == "nobody"
        if get_writer in dependencies_of(route):
            operation.setdefault("parameters", []).append(ONCE)
        operation["security"] = [] if is_open else [{name: []} for name in SCHEMES]
        for body in operation.get("requestBody", {}).get("content", {}).values():
            schemas.update(body["schema"].pop("$defs", {}))
        if group := operation.pop("x-media-types", None):
            operation["responses"]["200"]["content"] = _media_types(group)
        operation["responses"].pop("422", None)
        for status in (*_errors(path, method, operation, is_open), "default"):
            operation["responses"][status] = {"$ref": "#/components/responses/Problem"}


def _operations(found: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    for path, methods in found["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _media_types(group: str) -> dict[str, Any]:
    """Bytes, and what the things of a registry are sent as."""
    named = {str(vars(thing)["media_type"]).partition(";")[0] for thing in registries()[group]}
    return {name: {"schema": BINARY} for name in (BYTES, *sorted(named))}


def _errors(path: str, method: str, operation: Operation, is_open: bool) -> list[str]:
    """The statuses with which operations of its kind fail."""
    body = "requestBody" in operation
    possible = {
        "400": body,
        "401": True,
        "403": not is_open,
        "404": "{" in path,
        "409": method != "get",
        "413": body,
        "422": body or "parameters" in operation,
        "429": True,
    }
    return [status for status, is_possible in possible.items() if is_possible]
