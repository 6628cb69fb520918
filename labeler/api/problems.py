"""Turning whatever goes wrong into `application/problem+json` that says what to do."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from labeler.api.paths import methods_at
from labeler.kit import telemetry
from labeler.kit.errors import Conflict, Internal, Invalid, Malformed, MethodNotAllowed, NotFound, Problem
from labeler.kit.validation import MOST, detail_of, field_errors, invalid


def respond(request: Request, problem: Problem, **headers: str) -> JSONResponse:
    request_id = getattr(request.state, "request_id", "")
    if problem.status == 429:
        headers["retry-after"] = str(problem.retry_after)
    return JSONResponse(
        problem.body(request_id), problem.status, headers=headers, media_type="application/problem+json"
    )


async def on_problem(request: Request, error: Any) -> JSONResponse:
    return respond(request, error)


async def on_validation(request: Request, error: Any) -> JSONResponse:
    """Which field, what is wrong. The value itself is not repeated: it may be a secret."""
    found = error.errors()[:MOST]
    errors = [_field(entry, error.body) for entry in found]
    if any(entry["type"] == "json_invalid" for entry in found):
        return respond(request, Malformed("The body is not valid JSON.", errors=errors))
    return respond(request, invalid(errors))


def _field(entry: dict[str, Any], body: Any) -> dict[str, str]:
    """What comes first says where the value stands: in the body, or which kind of parameter it is."""
    kind, *where = entry["loc"] or ("body",)
    if kind == "body":
        return field_errors([{**entry, "loc": where}], body)[0]
    return {"pointer": "/" + "/".join(map(str, where)), "detail": detail_of(entry)}


async def on_http(request: Request, error: Any) -> JSONResponse:
    state = request.scope.get("state", {})
    if "refused" in state:  # while the body was being read
        return respond(request, state["refused"])
    if error.status_code == 404:
        return respond(request, NotFound("There is nothing at this address. See /api/docs."))
    if error.status_code == 405:
        allowed = ", ".join(methods_at(request.url.path)) or (error.headers or {}).get("Allow", "")
        said = f"This method is not offered here; {allowed} are. See /api/docs." if "," in allowed else None
        said = said or f"This method is not offered here; {allowed} is. See /api/docs."
        return respond(request, MethodNotAllowed(said), allow=allowed)
    if error.status_code < 500:
        return respond(request, Malformed(str(error.detail)))
    return respond(request, Internal(str(error.detail)))


async def on_integrity(request: Request, error: Any) -> JSONResponse:
    telemetry.logger().warning("conflict in the database", error=str(error.orig))
    return respond(request, Conflict("Somebody else changed the same thing at the same time. Look again, then retry."))


async def on_data(request: Request, error: Any) -> JSONResponse:
    telemetry.logger().warning("value refused by the database", error=str(error.orig))
    return respond(request, Invalid("A value is not one that can be stored (too large, or an invalid character)."))


async def on_gone(request: Request, error: Any) -> JSONResponse:
    """The sender left in the middle: a page was reloaded without a network. Nobody reads the answer."""
    return respond(request, Malformed("The connection ended before all was sent."))


async def on_anything(request: Request, error: Exception) -> JSONResponse:
    telemetry.logger().error("unexpected error", path=request.url.path, exc_info=error)
    return respond(request, Internal("This should not have happened. The log has more under the request_id."))


def install(app: FastAPI) -> None:
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(IntegrityError, on_integrity)
    app.add_exception_handler(DataError, on_data)
    app.add_exception_handler(ClientDisconnect, on_gone)
    app.add_exception_handler(Exception, on_anything)
