"""Is it alive, and is it ready (G21)? Outside `/api/v1`, for those who watch the process."""

import asyncio
import shutil
import time
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from labeler.accounts.auth import Open
from labeler.kit.db import Database
from labeler.kit.errors import Problem
from labeler.kit.installation import probe
from labeler.kit.schema import schema_state

outside = APIRouter(include_in_schema=False)
LEAST_FREE = 200 * 1024 * 1024


@outside.get("/healthz")
async def alive(_: Open) -> dict[str, str]:
    return {"status": "alive"}


def check(db: Database) -> dict[str, Any]:
    """Each part with "ok" or what is wrong with it. The database is read and written, as requests do (G32)."""
    parts: dict[str, str] = {}

    def look(tx: Connection) -> None:
        state = schema_state(tx)
        parts["schema"] = "ok" if state == "current" else f"{state}: run `labeler migrate`"

    try:
        db.read(look)
        if parts["schema"] == "ok":
            db.write(probe)
        parts["database"] = "ok"
    except (Problem, LookupError) as problem:
        parts["database"] = str(problem)
    free = shutil.disk_usage(db.settings.home).free
    parts["disk"] = "ok" if free > LEAST_FREE else f"only {free // 1024**2} MiB free"
    return parts


class Looked:
    """What was found is good for a second: anybody may ask, and each look writes."""

    def __init__(self) -> None:
        self._found: tuple[float, Database, asyncio.Task[dict[str, Any]]] | None = None

    async def __call__(self, db: Database) -> dict[str, Any]:
        now, found = time.monotonic(), self._found
        if (
            found is None
            or found[1] is not db
            or now - found[0] > 1
            or found[2].get_loop() is not asyncio.get_running_loop()
        ):
            found = self._found = (now, db, asyncio.create_task(asyncio.to_thread(check, db)))
        return dict(await asyncio.shield(found[2]))


looked = Looked()


@outside.get("/readyz")
async def ready(request: Request, response: Response, _: Open) -> dict[str, Any]:
    parts = await looked(request.app.state.db)
    supervisor = getattr(request.app.state, "supervisor", None)
    if supervisor is not None:
        parts["jobs"] = "ok" if supervisor.alive() else "the job worker is being restarted"
    fine = all(state == "ok" for state in parts.values())
    response.status_code = 200 if fine else 503
    return {"status": "ready" if fine else "not ready", "parts": parts}
