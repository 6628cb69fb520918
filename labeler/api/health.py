"""Is it alive, and is it ready (G21)? Outside `/api/v1`, for those who watch the process."""

import asyncio
import shutil
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from labeler.accounts.auth import Open
from labeler.kit.db import Database
from labeler.kit.errors import Problem
from labeler.kit.schema import schema_state

outside = APIRouter(include_in_schema=False)
LEAST_FREE = 200 * 1024 * 1024


@outside.get("/healthz")
async def alive(_: Open) -> dict[str, str]:
    return {"status": "alive"}


def check(db: Database) -> dict[str, Any]:
    """Each part with "ok" or what is wrong with it."""
    parts: dict[str, str] = {}

    def probe(tx: Connection) -> None:
        tx.execute(sa.text("SELECT 1"))
        state = schema_state(tx)
        parts["schema"] = "ok" if state == "current" else f"{state}: run `labeler migrate`"

    try:
        db.read(probe)
        parts["database"] = "ok"
    except Problem as problem:
        parts["database"] = problem.detail
    free = shutil.disk_usage(db.settings.home).free
    parts["disk"] = "ok" if free > LEAST_FREE else f"only {free // 1024**2} MiB free"
    return parts


@outside.get("/readyz")
async def ready(request: Request, response: Response, _: Open) -> dict[str, Any]:
    parts = await asyncio.to_thread(check, request.app.state.db)
    supervisor = getattr(request.app.state, "supervisor", None)
    if supervisor is not None:
        parts["jobs"] = "ok" if supervisor.alive() else "the job worker is being restarted"
    fine = all(state == "ok" for state in parts.values())
    response.status_code = 200 if fine else 503
    return {"status": "ready" if fine else "not ready", "parts": parts}
