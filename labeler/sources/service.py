"""Items by URL as people see them: asking for them, where each came from, and asking whether that has changed."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.audit import audit
from labeler.items.keys import InvalidKey, as_key, url_key
from labeler.items.tables import items, present
from labeler.kit.config import Settings
from labeler.kit.errors import Conflict, Invalid
from labeler.kit.jobs.engine import enqueue, get
from labeler.kit.jobs.out import job_out
from labeler.projects.access import Member, Project
from labeler.sources.tables import item_sources
from labeler.webhooks.addresses import Refused
from labeler.webhooks.hosts import url_at, written_in
from labeler.wire.jobs import JobOut
from labeler.wire.sources import FetchIn, SourceOut, Sources

OFF = (
    "Fetching documents is off here. The operator of this service turns it on by naming the hosts that they may be "
    "fetched from (LABELER_SOURCE_ALLOWED_HOSTS)."
)


def request_fetch(tx: Connection, settings: Settings, member: Member, body: FetchIn) -> JobOut:
    """Each URL is looked at before anything is queued. Raises `Conflict` where fetching is off, `Invalid` with every
    URL and key that can't be."""
    if not settings.source_allowed_hosts:
        raise Conflict(OFF)
    rows: list[dict[str, Any]] = []
    wrong: list[dict[str, str]] = []
    for place, one in enumerate(body.items):
        try:
            url = str(url_at(one.url, settings.source_allowed_hosts))
        except Refused as refused:
            wrong.append({"pointer": f"/items/{place}/url", "detail": str(refused)})
            continue
        try:
            key = as_key(one.key or url_key(url))
        except InvalidKey as invalid:
            wrong.append({"pointer": f"/items/{place}/key", "detail": str(invalid)})
            continue
        rows.append({"url": url, "key": key, "metadata": one.metadata, "split": one.split})
    if wrong:
        first = wrong[0]
        raise Invalid(f"{first['pointer'][1:]}: {first['detail']}", errors=wrong)
    project_id = member.project.id
    lane = f"sources:{project_id}"
    job_id = enqueue(tx, "sources.fetch", {"items": rows}, project_id=project_id, lane=lane, created_by=member.user_id)
    audit(tx, member.caller, "items.fetch", project_id=project_id, items=len(rows))
    return job_out(get(tx, job_id))


def request_recheck(tx: Connection, settings: Settings, member: Member) -> JobOut:
    """Raises `Conflict` where fetching is off, or no item came from a URL."""
    project_id = member.project.id
    if not settings.source_allowed_hosts:
        raise Conflict(OFF)
    if not counts_of(tx, project_id):
        raise Conflict("No item of this project was fetched from an address.")
    lane = f"recheck:{project_id}"
    job_id = enqueue(tx, "sources.recheck", project_id=project_id, dedup=lane, lane=lane, created_by=member.user_id)
    audit(tx, member.caller, "sources.recheck", project_id=project_id)
    return job_out(get(tx, job_id))


def list_sources(
    tx: Connection, settings: Settings, project: Project, state: str | None, after: int, limit: int
) -> tuple[Sources, int | None]:
    """A page of them, those that were fetched first, and where the next one begins. state: only those."""
    statement = (
        sa.select(item_sources, items.c.key)
        .join(items, items.c.id == item_sources.c.item_id)
        .where(present(project.id), item_sources.c.id > after)
        .order_by(item_sources.c.id)
        .limit(limit + 1)
    )
    if state is not None:
        statement = statement.where(item_sources.c.state == state)
    rows = tx.execute(statement).all()
    page = Sources(
        items=_out(rows[:limit]),
        next_cursor=None,
        counts=counts_of(tx, project.id),
        allowed=written_in(settings.source_allowed_hosts),
    )
    return page, rows[limit - 1].id if len(rows) > limit else None


def counts_of(tx: Connection, project_id: int) -> dict[str, int]:
    """How many of the items that are there came from a URL, by state."""
    statement = sa.select(item_sources.c.state, sa.func.count()).join(items, items.c.id == item_sources.c.item_id)
    found = tx.execute(statement.where(present(project_id)).group_by(item_sources.c.state))
    return {str(state): int(n) for state, n in found}


def _out(rows: Sequence[Any]) -> list[SourceOut]:
    names = ("url", "sha256", "fetched_at", "state", "checked_at", "found_sha256", "error")
    return [SourceOut(item_key=row.key, **{name: row._mapping[name] for name in names}) for row in rows]
