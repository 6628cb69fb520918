"""Fetching documents as items, and looking at them again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.imports.check import check_rows
from labeler.imports.tally import Tally
from labeler.imports.write import Importer, take
from labeler.items.tables import items, present
from labeler.kit.columns import clock
from labeler.kit.counting import counted
from labeler.kit.jobs import engine
from labeler.kit.jobs.registry import JobRefused, JobRun, job
from labeler.projects.access import Project, find_project
from labeler.sources.fetching import CONNECTIONS, Document, Fetcher, NotFetched
from labeler.sources.reading import content_of
from labeler.sources.service import OFF
from labeler.sources.tables import item_sources
from labeler.wire.items import AddResult

BYTES_A_CHARACTER = 4
BATCH = 50
Found = Document | NotFetched


@dataclass(frozen=True)
class Part:
    """Some of the rows, by number, each with what was found at its URL; and those that are there already."""

    wanted: Sequence[tuple[int, dict[str, Any]]]
    found: Sequence[Found]
    known: Sequence[tuple[int, dict[str, Any]]]
    at: datetime


@job("sources.fetch")
def fetch(run: JobRun) -> Any:
    """Result: what was taken, and why the others were not. Each document is fetched once: what an earlier attempt of
    this job has taken is there already."""
    project = run.db.read(find_project, run.project_id or 0)
    rows, tally = run.args["items"], Tally.of(run.saved)
    message = counted("fetching {n} document", "fetching {n} documents", len(rows))
    run.progress(tally.rows, len(rows), message)
    for start in range(tally.rows, len(rows), BATCH):
        part = _part(run, project, list(enumerate(rows[start : start + BATCH], start + 1)))
        done = min(len(rows), start + BATCH)

        def keep(tx: Connection, part: Part = part, before: Tally = tally, done: int = done) -> Tally:
            after = _take(tx, run, project, part, before.copy())
            engine.save(tx, run.id, run.attempt, after.dump(), done=done, total=len(rows), message=message)
            return after

        tally = run.write(keep)
    return run.finish(lambda tx: AddResult.model_validate(tally.result(), extra="ignore").model_dump(mode="json"))


def _part(run: JobRun, project: Project, rows: list[tuple[int, dict[str, Any]]]) -> Part:
    there = run.db.read(_there, project.id, [row["key"] for _, row in rows])
    wanted = [(number, row) for number, row in rows if row["key"] not in there]
    known = [(number, row) for number, row in rows if row["key"] in there]
    at = run.db.read(lambda tx: tx.execute(sa.select(clock())).scalar_one())
    return Part(wanted, _fetched(run, [row["url"] for _, row in wanted]), known, at)


def _there(tx: Connection, project_id: int, keys: Sequence[str]) -> set[str]:
    wanted = sa.select(items.c.key).where(present(project_id), items.c.key.in_(keys))
    return set(tx.execute(wanted).scalars())


def _fetched(run: JobRun, urls: Sequence[str]) -> list[Found]:
    if not run.settings.source_allowed_hosts:
        raise JobRefused(OFF)
    return asyncio.run(_all(run.settings.source_allowed_hosts, BYTES_A_CHARACTER * run.settings.max_cell_chars, urls))


async def _all(setting: str, most: int, urls: Sequence[str]) -> list[Found]:
    fetcher, turns = Fetcher(setting, most), asyncio.Semaphore(CONNECTIONS)

    async def one(url: str) -> Found:
        async with turns:
            try:
                return await fetcher.fetch(url)
            except NotFetched as why:
                return why

    try:
        return list(await asyncio.gather(*map(one, urls)))
    finally:
        await fetcher.close()


def _take(tx: Connection, run: JobRun, project: Project, part: Part, tally: Tally) -> Tally:
    """Documents become items, with where they came from."""
    tally.rows += len(part.known)
    for number, row in part.known:
        tally.row("same", number, row["key"])
    raw: list[tuple[int, Any]] = []
    sources: dict[str, tuple[str, str]] = {}
    for (number, row), document in zip(part.wanted, part.found, strict=True):
        try:
            if isinstance(document, NotFetched):
                raise document
            content = content_of(document)
        except NotFetched as why:
            tally.rows += 1
            tally.refuse(number, "url", str(why))
            continue
        sources.setdefault(row["key"], (row["url"], document.sha256))
        told = {"source_url": row["url"], "source_sha256": document.sha256, "source_fetched_at": part.at.isoformat()}
        given = {name: row[name] for name in ("key", "split") if row.get(name) is not None}
        raw.append((number, {**given, **content, "metadata": {**(row.get("metadata") or {}), **told}}))
    batch = check_rows(raw, project, run.settings)
    batch.count(tally)
    tally = take(tx, project, batch.rows, Importer(run.created_by or 0, "import", import_id=run.id), tally)
    mine = (present(project.id), items.c.import_id == run.id, items.c.key.in_(list(sources)))
    rows = [
        {
            "project_id": project.id,
            "item_id": one.id,
            "url": sources[one.key][0],
            "sha256": sources[one.key][1],
            "fetched_at": part.at,
            "state": "fetched",
            "error": "",
        }
        for one in tx.execute(sa.select(items.c.id, items.c.key).where(*mine))
    ]
    if rows:
        tx.execute(sa.insert(item_sources), rows)
    return tally


@job("sources.recheck", gives_way=True)
def recheck(run: JobRun) -> Any:
    """Result: how many documents were looked at, and how many of them have changed, are gone, or could not be had."""
    project_id = run.project_id or 0
    after, counts = 0, {"looked": 0, "changed": 0, "gone": 0, "failed": 0}
    total = run.db.read(_count, project_id)
    while part := run.db.read(_some, project_id, after):
        run.progress(counts["looked"], total, counted("looking at {n} document", "looking at {n} documents", total))
        changes = []
        for row, found in zip(part, _fetched(run, [row.url for row in part]), strict=True):
            state = _state(row, found)
            counts["looked"] += 1
            if state in counts:
                counts[state] += 1
            values = {
                "state": state,
                "checked_at": clock(),
                "found_sha256": found.sha256 if isinstance(found, Document) and state == "changed" else None,
                "error": str(found) if isinstance(found, NotFetched) else "",
            }
            changes.append(sa.update(item_sources).where(item_sources.c.id == row.id).values(values))
        run.write(lambda tx, changes=changes: [tx.execute(one) for one in changes])  # type: ignore[misc]
        after = part[-1].id
    return run.finish(lambda tx: counts)


def _state(row: Any, found: Found) -> str:
    if isinstance(found, NotFetched):
        return "gone" if found.is_gone else "failed"
    return "same" if found.sha256 == row.sha256 else "changed"


def _of_present(project_id: int) -> Any:
    return sa.select(item_sources).join(items, items.c.id == item_sources.c.item_id).where(present(project_id))


def _count(tx: Connection, project_id: int) -> int:
    return int(tx.execute(sa.select(sa.func.count()).select_from(_of_present(project_id).subquery())).scalar_one())


def _some(tx: Connection, project_id: int, after: int) -> Sequence[Any]:
    more = _of_present(project_id).where(item_sources.c.id > after).order_by(item_sources.c.id)
    return tx.execute(more.limit(BATCH)).all()
