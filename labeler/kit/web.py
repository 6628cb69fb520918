"""What every HTTP room stands on: the request's database and settings, cursors of lists, bodies, streams.

Dependencies are coroutines, though they wait for nothing: FastAPI runs plain functions in a thread,
which costs a labeler's request more than its database work.

Nothing about labeling and nothing about who calls: that is `accounts/auth.py` and `projects/access.py`.
"""

import base64
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.concurrency import iterate_in_threadpool
from starlette.routing import Match
from starlette.types import Scope

from labeler.kit.config import Settings
from labeler.kit.db import Database
from labeler.kit.errors import Invalid, Malformed, TooLarge


async def get_database(request: Request) -> Database:
    database: Database = request.app.state.db
    return database


async def get_settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


Db = Annotated[Database, Depends(get_database)]
Config = Annotated[Settings, Depends(get_settings)]
Limit = Annotated[int, Query(ge=1, le=500, description="Entries on one page.")]
Cursor = Annotated[str | None, Query(max_length=300, description="`next_cursor` of the page before.")]
NDJSON = "application/x-ndjson"
BYTES = "application/octet-stream"
BINARY = {"type": "string", "format": "binary"}
LINES: dict[int | str, dict[str, Any]] = {
    200: {"description": "One JSON object per line.", "content": {name: {"schema": BINARY} for name in (NDJSON, BYTES)}}
}
"""The answer of a route that streams NDJSON."""
LINES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "NDJSON: one JSON object per line.",
        "content": {BYTES: {"schema": BINARY}},
    }
}
"""OpenAPI of the address of a bulk route that ends with `/lines`: generators make nothing of a route that takes JSON
and lines, nor of NDJSON's own media type (docs/decisions/0022-generated-clients.md)."""


class AsWritten(APIRoute):
    """A route whose last words must stand in the address as written: `a%2Fhistory` is a key, not the history of `a`."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)
        words, written = self.path_format.rpartition("}")[2].encode(), scope.get("raw_path")
        if match is not Match.NONE and words and written and not written.endswith(words):
            return Match.NONE, {}
        return match, found


def encode_cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """The values a cursor was made of; raises `Invalid` for anything that `encode_cursor` did not make."""
    if not cursor:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        ok = isinstance(values, list) and len(values) == len(kinds)
        small = ok and all(not isinstance(value, int) or abs(value) < 2**63 for value in values)
        if small and all(type(value) is kind for value, kind in zip(values, kinds, strict=True)):
            return list(values)
    except (ValueError, UnicodeError):
        pass
    raise Invalid(
        "This cursor is not one that the service gave out.", errors=[{"pointer": "cursor", "detail": "unknown"}]
    )


async def body_chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The raw body as it arrives; raises `TooLarge` as soon as it is longer than `limit` bytes."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"The body is longer than {limit:,} bytes. Send it in parts, or import it as a file.")
        yield chunk


async def read_body(request: Request, limit: int) -> bytes:
    return b"".join([chunk async for chunk in body_chunks(request, limit)])


def parse_json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error}.") from None


def sent_lines(request: Request) -> bool:
    """Whether a body is NDJSON: it says so, or its address does."""
    return "ndjson" in request.headers.get("content-type", "") or request.url.path.endswith("/lines")


def sent_as(request: Request, media_type: str) -> str:
    """The media type of a stream: its own, or plain bytes where the caller asks for them."""
    return BYTES if BYTES in request.headers.get("accept", "") else media_type


def parse_bulk(body: bytes, is_ndjson: bool) -> list[Any]:
    """One JSON object, a JSON list, or NDJSON (one value per line). Unreadable lines come back as the `ValueError`."""
    if not is_ndjson:
        value = parse_json(body)
        return value if isinstance(value, list) else [value]
    entries: list[Any] = []
    for line in body.splitlines():
        if line.strip():
            try:
                entries.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                entries.append(ValueError(str(error)))
    return entries


def ndjson(rows: Iterator[Any]) -> AsyncIterator[bytes]:
    """Rows as NDJSON, made in a thread so that a long stream never holds up other requests."""

    def chunks() -> Iterator[bytes]:
        lines: list[bytes] = []
        for row in rows:
            lines.append(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
            if len(lines) >= 500:
                yield b"".join(lines)
                lines.clear()
        yield b"".join(lines)

    return iterate_in_threadpool(chunks())


def bulk_body(entry: type[BaseModel], *, single: type[BaseModel] | None = None) -> dict[str, Any]:
    """OpenAPI of a route that takes one object or a list of them, or NDJSON (`openapi_extra=bulk_body(ItemIn)`).

    FastAPI describes JSON bodies only. The schemas of the shapes are under `$defs`, from where the description takes
    them (`api/description.py`). NDJSON has an address of its own there, see `LINES_BODY`.
    """
    one = single or entry
    shapes = dict.fromkeys((one, entry))
    refs, found = models_json_schema(
        [(shape, "validation") for shape in shapes], ref_template="#/components/schemas/{model}"
    )
    either = [refs[one, "validation"], {"type": "array", "items": refs[entry, "validation"]}]
    return {
        "requestBody": {
            "required": True,
            "description": f"Or NDJSON, one object per line, as `{NDJSON}`.",
            "content": {"application/json": {"schema": {"anyOf": either, "$defs": found["$defs"]}}},
        }
    }
