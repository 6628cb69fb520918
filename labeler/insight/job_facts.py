"""What people ask about jobs beside their state: who asked for it, why a training began, and of imports which file, and
who took it back."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import users
from labeler.kit.jobs.out import job_out
from labeler.kit.jobs.tables import jobs
from labeler.wire.jobs import JobOut, TakenBack

IMPORT, REMOVAL = "items.import", "items.remove"
BRINGING = (IMPORT, "sources.fetch")
TOOK_BACK = jobs.c.args[("wanted", "import_id")].as_string()
"""Of a removal: the import that it takes back, in digits."""


def jobs_out(tx: Connection, rows: Sequence[Any]) -> list[JobOut]:
    """The jobs (rows of `jobs`) as people see them; three queries for all of them."""
    removals = _removals(tx, rows)
    files = _files(tx, rows)
    names = _names(tx, [*rows, *removals.values()])
    found = []
    for row in rows:
        out = job_out(row)
        out.created_by_name = names.get(row.created_by)
        out.import_id = _import_of(row)
        out.why = row.args.get("why")
        out.file = files.get(out.import_id or row.id)
        out.taken_back = _taken_back(removals.get(row.id), names)
        found.append(out)
    return found


def _import_of(row: Any) -> int | None:
    return (row.args.get("wanted") or {}).get("import_id") if row.kind == REMOVAL else None


def _removals(tx: Connection, rows: Iterable[Any]) -> dict[int, Any]:
    """By import, the newest job that takes it back or has done so."""
    imports = {str(row.id): row.project_id for row in rows if row.kind in BRINGING}
    if not imports:
        return {}
    meant = (jobs.c.kind == REMOVAL, jobs.c.project_id.in_(set(imports.values())), TOOK_BACK.in_(list(imports)))
    under_way = jobs.c.state.in_(("queued", "running", "done"))
    found = tx.execute(sa.select(jobs).where(*meant, under_way).order_by(jobs.c.id))
    return {int(row.args["wanted"]["import_id"]): row for row in found}


def _files(tx: Connection, rows: Iterable[Any]) -> dict[int, str]:
    """The names of the files by import: of those among the rows, and of those that a removal takes back."""
    found = {row.id: row.args for row in rows if row.kind == IMPORT}
    others = {number for row in rows if (number := _import_of(row)) is not None} - found.keys()
    if others:
        wanted = sa.select(jobs.c.id, jobs.c.args).where(jobs.c.id.in_(others), jobs.c.kind == IMPORT)
        found |= {row.id: row.args for row in tx.execute(wanted)}
    return {number: args["name"] for number, args in found.items() if args.get("name")}


def _names(tx: Connection, rows: Iterable[Any]) -> dict[int, str]:
    wanted = {row.created_by for row in rows if row.created_by is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in tx.execute(sa.select(users.c.id, users.c.name).where(users.c.id.in_(wanted)))}


def _taken_back(row: Any, names: dict[int, str]) -> TakenBack | None:
    if row is None:
        return None
    return TakenBack(job=row.id, state=row.state, at=row.finished_at or row.created_at, by=names.get(row.created_by))
